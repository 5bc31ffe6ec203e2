package serve

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/crossplane/function-sdk-go/errors"
)

// NewLogger writes JSON to standard error. Its level can change at run time. A message
// that repeats more than a hundred times a second is sampled, so that a client that calls
// in a loop does not fill a disk.
func NewLogger(verbose bool) (*zap.Logger, zap.AtomicLevel, error) {
	c := zap.NewProductionConfig()
	c.EncoderConfig.EncodeTime = zapcore.ISO8601TimeEncoder
	c.EncoderConfig.EncodeDuration = zapcore.StringDurationEncoder
	c.DisableCaller, c.DisableStacktrace = true, true
	if verbose {
		c.Level.SetLevel(zap.DebugLevel)
	}
	log, err := c.Build()
	return log, c.Level, errors.Wrap(err, "cannot create logger")
}
