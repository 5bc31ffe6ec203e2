// Command vulndb scans the function for known vulnerabilities, without a network: the Go
// vulnerability database is a Go module, which go.mod pins. It prints the date of the
// database and fails if any package of the function, or of the standard library that
// releases are built with, has a vulnerability.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	o := options{}
	flag.StringVar(&o.root, "root", "../..", "folder of the module to scan")
	flag.StringVar(&o.goVersion, "go-version-file", "../go-version", "file with the version of Go that releases are built with")
	flag.IntVar(&o.maxAge, "max-age-days", 60, "age from which the database is old")
	flag.BoolVar(&o.failIfOld, "fail-if-old", false, "fail, rather than warn, if the database is old")
	flag.Parse()
	err := run(ctx, o, time.Now(), os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "vulndb:", err)
		os.Exit(1)
	}
}

type options struct {
	// Root of the module to scan, and the file with the version of Go to scan for.
	root, goVersion string

	// Age in days from which the database is old, and whether that is an error.
	maxAge    int
	failIfOld bool
}

// Run a scan. All findings are printed, and make it fail.
func run(ctx context.Context, o options, now time.Time, out io.Writer) error {
	db, err := find(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Go vulnerability database of %s: %d vulnerabilities\n", db.date.Format(time.DateOnly), db.entries) //nolint:errcheck // As fmt.Println.
	v, err := releaseVersion(o.goVersion)
	if err != nil {
		return err
	}
	old := age(db.date, now, o.maxAge)
	if old != nil && !o.failIfOld {
		fmt.Fprintln(out, "WARNING:", old) //nolint:errcheck // As fmt.Println.
		old = nil
	}
	return errors.Join(old, check(ctx, db.dir, o.root, v, out))
}

// Age returns an error if a database is older than a number of days.
func age(date, now time.Time, days int) error {
	const day = 24 * time.Hour
	if old := int(now.Sub(date) / day); old > days {
		return fmt.Errorf("the vulnerability database is %d days old, more than %d: raise golang.org/x/vulndb in tools/vulndb/go.mod", old, days)
	}
	return nil
}
