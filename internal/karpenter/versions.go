package karpenter

import "github.com/Masterminds/semver/v3"

// A grant is an item of the controller's policy, and the first chart that needs
// it; nil is older than all supported charts.
type grant struct {
	what  string
	since *semver.Version
}

// granted returns what a chart needs, in the order of the list.
func granted(gs []grant, chart *semver.Version) []string {
	what := make([]string, 0, len(gs))
	for _, g := range gs {
		if g.since == nil || !chart.LessThan(g.since) {
			what = append(what, g.what)
		}
	}
	return what
}

// These are all changes of the official policies since chart 1.9, which split them up
// (https://karpenter.sh/docs/upgrading/upgrade-guide/). In order:
//
//   - 1.11 launches into placement groups.
//   - 1.12 watches the status checks of instances. Its template first granted
//     that by a statement without a region. 1.13 and the documentation of 1.12
//     have it in the statement used here. 1.12 also has a policy
//     for zonal shift, which nothing here enables.
//   - 1.10, 1.13 and 1.14 need nothing new. 1.15 calls ec2:RebootInstances, but
//     only with the alpha feature gates nodeRepair and rebootForRepair.
//
// 1.10 also reads one more event, which doesn't concern the policies: see
// interruptionEvents.
var (
	placementGroups = semver.MustParse("1.11.0")
	instanceStatus  = semver.MustParse("1.12.0")
)

// launchInputs are existing resources that a launch refers to, by the part of
// their ARN after the account.
var launchInputs = []grant{
	{what: ":image/*"},
	{what: ":snapshot/*"},
	{what: "*:security-group/*"},
	{what: "*:subnet/*"},
	{what: "*:capacity-reservation/*"},
	{what: "*:placement-group/*", since: placementGroups},
}

// regionalReads are the reads of EC2. EC2 cannot limit them to resources, only to
// a region.
var regionalReads = []grant{
	{what: "ec2:DescribeCapacityReservations"},
	{what: "ec2:DescribeImages"},
	{what: "ec2:DescribeInstances"},
	{what: "ec2:DescribeInstanceStatus", since: instanceStatus},
	{what: "ec2:DescribeInstanceTypeOfferings"},
	{what: "ec2:DescribeInstanceTypes"},
	{what: "ec2:DescribeLaunchTemplates"},
	{what: "ec2:DescribePlacementGroups", since: placementGroups},
	{what: "ec2:DescribeSecurityGroups"},
	{what: "ec2:DescribeSpotPriceHistory"},
	{what: "ec2:DescribeSubnets"},
}
