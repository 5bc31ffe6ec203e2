package aws

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// A Limit is the longest name a kind of resource may have, in characters.
type Limit int

// Limits of the kinds that the function names, from the service quotas pages of
// IAM, SQS, EventBridge, EC2 and KMS.
const (
	LimitRole           Limit = 64
	LimitPolicy         Limit = 128
	LimitQueue          Limit = 80
	LimitRule           Limit = 64
	LimitLaunchTemplate Limit = 128
	LimitKMSAlias       Limit = 250
	// LimitObject is for names of Kubernetes objects. Some become label values,
	// which have the lowest limit.
	LimitObject Limit = 63
)

// hashLength is long enough to avoid collisions between the names of a platform.
const hashLength = 8

// Name that fits the limit: parts joined by dashes. A longer one is cut and
// ends with a hash of the full name, so that two long names with the same
// prefix differ.
func Name(l Limit, parts ...string) string {
	n := strings.Join(parts, "-")
	if len(n) <= int(l) {
		return n
	}
	return strings.TrimRight(n[:int(l)-hashLength-1], "-_.") + "-" + hash(n)
}

// GlobalName of a resource of a cluster whose names all regions of an account share.
func GlobalName(l Limit, cluster, region, suffix string) string {
	return Name(l, cluster, region, suffix)
}

// ObjectName is the name of an owner's Kubernetes object with a key. It always
// ends with a hash of both: otherwise owner a-b with key c and owner a with key
// b-c would have the same name in a namespace.
func ObjectName(owner, key string) string {
	h := hash(owner + "/" + key)
	n := strings.ToLower(strings.ReplaceAll(owner+"-"+key, "_", "-"))
	if room := int(LimitObject) - hashLength - 1; len(n) > room {
		n = n[:room]
	}
	return strings.TrimRight(n, "-.") + "-" + h
}

// Short is a stable short form of a name that is not valid as a part of a key.
func Short(s string) string { return hash(s) }

func hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])[:hashLength]
}
