package aws

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// A Limit is the longest name a kind of resource may have, in characters.
type Limit int

// Limits of the kinds whose names we make. Only what AWS documents:
// the service quotas pages of IAM, SQS, EventBridge, EC2 and KMS.
const (
	LimitRole           Limit = 64
	LimitPolicy         Limit = 128
	LimitQueue          Limit = 80
	LimitRule           Limit = 64
	LimitLaunchTemplate Limit = 128
	LimitKMSAlias       Limit = 250
	// LimitObject is for names of Kubernetes objects. Some of them travel in
	// label values, which are the shortest.
	LimitObject Limit = 63
)

// hashLength is long enough that two of one platform's names never meet.
const hashLength = 8

// Name that fits the limit: parts joined by dashes. One that is too long is cut
// and ends with a hash of the whole instead, so that two long names that begin
// alike stay apart.
func Name(l Limit, parts ...string) string {
	n := strings.Join(parts, "-")
	if len(n) <= int(l) {
		return n
	}
	return strings.TrimRight(n[:int(l)-hashLength-1], "-_.") + "-" + hash(n)
}

// ObjectName is the name of the Kubernetes object that belongs to a key of an
// owner. It always ends with a hash of both, because an owner called a-b with
// key c and one called a with key b-c meet in one namespace.
func ObjectName(owner, key string) string {
	h := hash(owner + "/" + key)
	n := strings.ToLower(strings.ReplaceAll(owner+"-"+key, "_", "-"))
	if room := int(LimitObject) - hashLength - 1; len(n) > room {
		n = n[:room]
	}
	return strings.TrimRight(n, "-.") + "-" + h
}

// Short is a stable short form of a name that itself is no legal part of a key.
func Short(s string) string { return hash(s) }

func hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])[:hashLength]
}
