package lab

import "testing"

// A claim that's deleted before its platform is there leaves nothing behind.
func TestDeleteHalfMade(t *testing.T) {
	shared.Providers.Pause()
	defer shared.Providers.Resume()
	p := apply(t, claimed(t, "half"))
	p.half()
	p.deleted()
	shared.Providers.Resume()
}
