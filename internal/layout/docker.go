package layout

import (
	"net/netip"
)

// docker is the block of Docker's bridge by default. AWS services that run Docker, such as
// Cloud9, cannot reach addresses of a VPC in it:
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
var docker = netip.MustParsePrefix("172.17.0.0/16")

// DockerHint is why a block that overlaps Docker's is probably wrong.
const DockerHint = "overlaps 172.17.0.0/16, which Docker uses by default: hosts that run Docker, also those of some AWS services, cannot reach these addresses: use another block"

// OverlapsDocker reports whether a block overlaps that of Docker's bridge.
func OverlapsDocker(cidr string) bool {
	p, err := netip.ParsePrefix(cidr)
	return err == nil && p.Overlaps(docker)
}
