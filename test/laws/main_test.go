package laws

import (
	"flag"
	"os"
	"runtime/debug"
	"testing"
)

// What the garbage collector may leave lying around: laws clone requests more than they
// do anything else, and little of that lives long. Benchmarks measure what the function
// costs with the collector as it is in production.
const (
	gcPercent   = 400
	memoryLimit = 2 << 30
)

func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.bench").Value.String() == "" {
		debug.SetGCPercent(gcPercent)
		debug.SetMemoryLimit(memoryLimit)
	}
	os.Exit(m.Run())
}
