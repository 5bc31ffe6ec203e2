package claim

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/aws"
)

// MaxTags is how many tags AWS allows on a resource. Tags that begin with aws: don't count:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
const MaxTags = 50

// OwnerTag is the key of the tag by which the platform recognizes what is its own in AWS. No
// resource that launches nodes has it: a new tag there would replace them.
const OwnerTag = "platform.seafarer.cloud/owner"

// limitTagValue is the longest value of a tag, in characters.
const limitTagValue aws.Limit = 256

// OwnerID is the value of OwnerTag: NAMESPACE/NAME of the claim, or of a composite resource
// without one.
func (c Claim) OwnerID() string { return aws.Name(limitTagValue, c.Namespace+"/"+c.Owner) }

// ownTags is the largest number of tags on a resource of the platform besides those of the
// claim and of the platform team: four of a private subnet (Name, karpenter.sh/discovery,
// kubernetes.io/role/internal-elb, and that of the owner), and three by which the provider
// identifies its object (crossplane-kind, crossplane-name, crossplane-providerconfig).
const ownTags = 7

// reservedTags are prefixes of tags that AWS, EKS and Karpenter set, or that the platform
// sets only on resources that Karpenter may use.
var reservedTags = []string{"platform.seafarer.cloud/", "aws:", "eks:", "kubernetes.io/", "karpenter.sh/", "karpenter.k8s.aws/"}

// tagCharacters are what IAM allows. EC2 alone allows any:
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html
var tagCharacters = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

// ValidateTags of an IAM resource, whose rules are the strictest of AWS. The resource has the
// other tags as well:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
func ValidateTags(tags map[string]string, p *field.Path, others ...map[string]string) field.ErrorList {
	var errs field.ErrorList
	same := sameKeys(append(others, tags)...)
	for _, k := range Sorted(tags) {
		errs = append(errs, validateTag(k, tags[k], p.Key(k))...)
		if first := same[strings.ToLower(k)]; first != k {
			errs = append(errs, field.Forbidden(p.Key(k), "IAM ignores the case of keys, so it is the same tag as "+first+": leave one of them out"))
		}
	}
	return errs
}

// sameKeys is the first key of the tags by its lower case.
func sameKeys(tags ...map[string]string) map[string]string {
	first := make(map[string]string)
	for _, m := range tags {
		for _, k := range Sorted(m) {
			if _, ok := first[strings.ToLower(k)]; !ok {
				first[strings.ToLower(k)] = k
			}
		}
	}
	return first
}

func validateTag(key, value string, p *field.Path) field.ErrorList {
	var errs field.ErrorList
	if n := utf8.RuneCountInString(key); n == 0 || n > 128 || utf8.RuneCountInString(value) > int(limitTagValue) {
		errs = append(errs, field.Invalid(p, value, "AWS allows keys of 1 to 128 characters and values of at most 256"))
	}
	if !tagCharacters.MatchString(key) || !tagCharacters.MatchString(value) {
		errs = append(errs, field.Invalid(p, value, "AWS allows letters, digits, spaces and _ . : / = + - @ in keys and values"))
	}
	for _, r := range reservedTags {
		if strings.HasPrefix(strings.ToLower(key), r) {
			errs = append(errs, field.Forbidden(p, "tags that begin with "+r+" are set where they belong by AWS or by the platform: leave it out"))
		}
	}
	return errs
}

// validateSpecTags of a claim, which the platform team adds tags to.
func validateSpecTags(tags, fences map[string]string, p *field.Path) field.ErrorList {
	errs := ValidateTags(tags, p, fences)
	all := make(map[string]string)
	maps.Copy(all, fences)
	maps.Copy(all, tags)
	if tooMany := len(all) + ownTags - MaxTags; tooMany > 0 {
		errs = append(errs, field.Forbidden(p, fmt.Sprintf("AWS allows %d tags on a resource: the claim and the platform team set %d, and the platform and Crossplane up to %d: remove %d", MaxTags, len(all), ownTags, tooMany)))
	}
	return errs
}
