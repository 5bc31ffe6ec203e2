package aws

import (
	"maps"
	"slices"
	"strconv"
)

// A Region is an AWS region that offers EKS, and its availability zones. Local
// Zones, Wavelength Zones and Outposts aren't among them: EKS doesn't accept
// their subnets for a control plane.
type Region struct {
	// Code of the region, such as eu-west-3.
	Code string

	// Partition the region is in: aws, aws-cn or aws-us-gov.
	Partition string

	// Zones that EKS accepts and any account may use, in the order of their
	// IDs.
	Zones []Zone

	// Constrained zones, in the order of their IDs. EKS accepts them, but only
	// old accounts have them.
	Constrained []Zone

	// Refused zones, in the order of their IDs. EKS doesn't accept subnets in
	// them for a control plane, whatever the account.
	Refused []Zone
}

// LookupRegion returns the region with the supplied code, such as eu-west-3.
// It's not ok if AWS has no such region, or doesn't offer EKS there.
func LookupRegion(code string) (Region, bool) {
	f, ok := regionTable[code]
	if !ok {
		return Region{}, false
	}
	return Region{
		Code:        code,
		Partition:   f.partition,
		Zones:       f.numbered(f.zones),
		Constrained: f.numbered(f.constrained),
		Refused:     f.numbered(f.refused),
	}, true
}

// Regions are the codes of all regions that offer EKS, sorted.
func Regions() []string {
	return slices.Sorted(maps.Keys(regionTable))
}

// regionFacts are a row of the table of regions. Zones are the numbers their
// IDs end with, ascending: 1 stands for euw3-az1 if the prefix is euw3.
type regionFacts struct {
	partition string
	prefix    string

	zones       []int
	constrained []int
	refused     []int
}

// numbered are the zones of a region that have the supplied numbers.
func (f regionFacts) numbered(numbers []int) []Zone {
	var zs []Zone
	for _, n := range numbers {
		id := f.prefix + "-az" + strconv.Itoa(n)
		zs = append(zs, Zone{Label: id, ID: id, Slot: n - 1})
	}
	return zs
}

// regionTable is every region of the partitions aws, aws-cn and aws-us-gov
// that offers EKS. It's data of AWS, and changes when AWS opens a region or a
// zone:
//
//   - Regions and partitions are those of the endpoints of Amazon EKS in the
//     AWS General Reference, "Amazon EKS endpoints and quotas", as the AWS SDKs
//     carry them.
//   - Zones of the partition aws are those of the AWS Regions and Availability
//     Zones User Guide, "AWS Availability Zones". Its section "Constrained
//     Availability Zones" explains why an account may lack one of them.
//   - Zones of the other partitions aren't in that guide. They're what the EC2
//     API describes (DescribeAvailabilityZones) and what the Amazon EMR
//     Serverless User Guide, "Endpoints and quotas", lists.
//   - Refused zones are those of the Amazon EKS User Guide, "View Amazon EKS
//     networking requirements for VPC and subnets", "Subnet requirements for
//     clusters".
//   - apne1-az3 is constrained: the EC2 API no longer describes it to newer
//     accounts.
//
// Zones may be added. A listed zone must not be moved or removed while
// platforms have subnets there.
var regionTable = map[string]regionFacts{
	"af-south-1":     {partition: "aws", prefix: "afs1", zones: []int{1, 2, 3}},
	"ap-east-1":      {partition: "aws", prefix: "ape1", zones: []int{1, 2, 3}},
	"ap-east-2":      {partition: "aws", prefix: "ape2", zones: []int{1, 2, 3}},
	"ap-northeast-1": {partition: "aws", prefix: "apne1", zones: []int{1, 2, 4}, constrained: []int{3}},
	"ap-northeast-2": {partition: "aws", prefix: "apne2", zones: []int{1, 2, 3, 4}},
	"ap-northeast-3": {partition: "aws", prefix: "apne3", zones: []int{1, 2, 3}},
	"ap-south-1":     {partition: "aws", prefix: "aps1", zones: []int{1, 2, 3}},
	"ap-south-2":     {partition: "aws", prefix: "aps2", zones: []int{1, 2, 3}},
	"ap-southeast-1": {partition: "aws", prefix: "apse1", zones: []int{1, 2, 3}},
	"ap-southeast-2": {partition: "aws", prefix: "apse2", zones: []int{1, 2, 3}},
	"ap-southeast-3": {partition: "aws", prefix: "apse3", zones: []int{1, 2, 3}},
	"ap-southeast-4": {partition: "aws", prefix: "apse4", zones: []int{1, 2, 3}},
	"ap-southeast-5": {partition: "aws", prefix: "apse5", zones: []int{1, 2, 3}},
	"ap-southeast-6": {partition: "aws", prefix: "apse6", zones: []int{1, 2, 3}},
	"ap-southeast-7": {partition: "aws", prefix: "apse7", zones: []int{1, 2, 3}},
	"ca-central-1":   {partition: "aws", prefix: "cac1", zones: []int{1, 2, 4}, refused: []int{3}},
	"ca-west-1":      {partition: "aws", prefix: "caw1", zones: []int{1, 2, 3}},
	"eu-central-1":   {partition: "aws", prefix: "euc1", zones: []int{1, 2, 3}},
	"eu-central-2":   {partition: "aws", prefix: "euc2", zones: []int{1, 2, 3}},
	"eu-north-1":     {partition: "aws", prefix: "eun1", zones: []int{1, 2, 3}},
	"eu-south-1":     {partition: "aws", prefix: "eus1", zones: []int{1, 2, 3}},
	"eu-south-2":     {partition: "aws", prefix: "eus2", zones: []int{1, 2, 3}},
	"eu-west-1":      {partition: "aws", prefix: "euw1", zones: []int{1, 2, 3}},
	"eu-west-2":      {partition: "aws", prefix: "euw2", zones: []int{1, 2, 3, 4}},
	"eu-west-3":      {partition: "aws", prefix: "euw3", zones: []int{1, 2, 3}},
	"il-central-1":   {partition: "aws", prefix: "ilc1", zones: []int{1, 2, 3}},
	"me-central-1":   {partition: "aws", prefix: "mec1", zones: []int{1, 2, 3}},
	"me-south-1":     {partition: "aws", prefix: "mes1", zones: []int{1, 2, 3}},
	"mx-central-1":   {partition: "aws", prefix: "mxc1", zones: []int{1, 2, 3}},
	"sa-east-1":      {partition: "aws", prefix: "sae1", zones: []int{1, 2, 3}},
	"us-east-1":      {partition: "aws", prefix: "use1", zones: []int{1, 2, 4, 5, 6}, refused: []int{3}},
	"us-east-2":      {partition: "aws", prefix: "use2", zones: []int{1, 2, 3}},
	"us-west-1":      {partition: "aws", prefix: "usw1", zones: []int{1, 3}, refused: []int{2}},
	"us-west-2":      {partition: "aws", prefix: "usw2", zones: []int{1, 2, 3, 4}},

	"cn-north-1":     {partition: "aws-cn", prefix: "cnn1", zones: []int{1, 2, 4}},
	"cn-northwest-1": {partition: "aws-cn", prefix: "cnnw1", zones: []int{1, 2, 3}},

	"us-gov-east-1": {partition: "aws-us-gov", prefix: "usge1", zones: []int{1, 2, 3}},
	"us-gov-west-1": {partition: "aws-us-gov", prefix: "usgw1", zones: []int{1, 2, 3}},
}
