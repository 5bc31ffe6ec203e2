package layout

import "testing"

func TestOverlapsDocker(t *testing.T) {
	cases := map[string]struct {
		reason, cidr string
		want         bool
	}{
		"Same":   {reason: "The block is Docker's.", cidr: "172.17.0.0/16", want: true},
		"Part":   {reason: "A part of the block is Docker's, too.", cidr: "172.17.4.0/24", want: true},
		"Around": {reason: "A larger block has Docker's in it.", cidr: "172.16.0.0/12", want: true},
		"Beside": {reason: "The next block is free.", cidr: "172.18.0.0/16"},
		"None":   {reason: "What isn't a block is reported elsewhere."},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := OverlapsDocker(tc.cidr); got != tc.want {
				t.Errorf("\n%s\nOverlapsDocker(%q): want %t, got %t", tc.reason, tc.cidr, tc.want, got)
			}
		})
	}
}
