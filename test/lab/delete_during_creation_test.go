package lab

import "testing"

// A claim that's deleted while its platform is created leaves nothing behind.
func TestDeleteDuringCreation(t *testing.T) {
	shared.Providers.Pause()
	defer shared.Providers.Resume()
	p := apply(t, minimalClaim(t, "partial"))
	p.waitPartial()
	p.deleteAndWait()
	shared.Providers.Resume()
}
