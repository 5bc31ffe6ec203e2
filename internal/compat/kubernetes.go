package compat

import (
	"cmp"
	"fmt"
	"strings"
)

// MaxSkew is how many minors of Kubernetes kubelet and kube-proxy may be older
// than the API server: https://kubernetes.io/releases/version-skew-policy/
const MaxSkew = 3

// Compare two versions of Kubernetes: negative if a is older than b. A string
// that isn't a version, such as the empty one, is older than any version.
func Compare(a, b string) int { return cmp.Compare(minor(a), minor(b)) }

// Newer reports whether a is a newer version of Kubernetes than b.
func Newer(a, b string) bool { return Compare(a, b) > 0 }

// Latest of versions of Kubernetes, or the empty string if none of them is one.
func Latest(versions ...string) string {
	latest := ""
	for _, v := range versions {
		if Newer(v, latest) {
			latest = v
		}
	}
	return latest
}

// Next minor of Kubernetes after a version. EKS upgrades to no other:
// https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html
func Next(kubernetes string) string { return version(minor(kubernetes) + 1) }

// Previous minor of Kubernetes before a version, or the empty string if that
// isn't a version.
func Previous(kubernetes string) string {
	m := minor(kubernetes)
	if m == 0 {
		return ""
	}
	return version(m - 1)
}

// Behind is the number of minors of Kubernetes by which a version is older than another.
func Behind(older, newer string) int {
	return int(minor(newer)) - int(minor(older)) //nolint:gosec // Minors are small.
}

// KubeProxy is the version of Kubernetes in a version of EKS' add-on kube-proxy: 1.34 for
// v1.34.0-eksbuild.2. It's empty for any other format.
func KubeProxy(addon string) string {
	parts := strings.SplitN(strings.TrimPrefix(addon, "v"), ".", 3)
	if len(parts) < 2 {
		return ""
	}
	if v := parts[0] + "." + parts[1]; minor(v) > 0 {
		return v
	}
	return ""
}

func version(minor uint64) string { return fmt.Sprintf("1.%d", minor) }
