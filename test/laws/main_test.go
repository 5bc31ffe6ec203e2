package laws

import (
	"flag"
	"os"
	"runtime/debug"
	"testing"
)

// A high limit for the garbage collector, because laws clone many requests. Benchmarks
// measure the function with the collector's production settings.
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
