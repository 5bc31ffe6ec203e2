// Command mutate verifies that tests can fail. It breaks a copy of the repository in one
// place at a time, and requires that a test fails. If none does, the breakage has survived:
// the promise that it breaks isn't tested.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"
)

const help = `Break a copy of the repository in one place at a time, and require that a test fails.

Usage: go -C test/mutate run . [flags]

Before the first breakage, all tests must pass. Each breakage is in the table in
breakages.go. It exits with 1 if a breakage survives all of go test ./..., doesn't apply or
doesn't compile.

Examples:
  go -C test/mutate run .                        Everything: hours.
  go -C test/mutate run . -list                  Every breakage, and the promise that it breaks.
  go -C test/mutate run . -run 'usage|guard'     Breakages by a regular expression of their names.
  go -C test/mutate run . -shard 2/4             The second of four machines.
  go -C test/mutate run . -run two-minors -keep  Leave the broken copy, to look at it.

Flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// options of the command line.
type options struct {
	run   *regexp.Regexp
	shard shard
	list  bool
	keep  bool
	trust bool
}

func parse(args []string, stderr io.Writer) (options, error) {
	o := options{run: regexp.MustCompile(""), shard: shard{1, 1}}
	f := flag.NewFlagSet("mutate", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.Usage = func() {
		printer{stderr}.printf("%s", help)
		f.PrintDefaults()
	}
	f.Func("run", "only breakages whose name matches this `regexp`", func(s string) (err error) {
		o.run, err = regexp.Compile(s)
		return err
	})
	f.Func("shard", "only every n-th breakage, from the i-th on: `i/n`", func(s string) (err error) {
		o.shard, err = parseShard(s)
		return err
	})
	f.BoolVar(&o.list, "list", false, "list breakages, and run nothing")
	f.BoolVar(&o.keep, "keep", false, "leave the copy, with the last breakage in it")
	f.BoolVar(&o.trust, "trust", false, "don't run the tests without a breakage first")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q: use -run to choose breakages", f.Arg(0))
	}
	return o, nil
}

// A shard of the breakages: every of-th, from the one numbered i on.
type shard struct{ i, of int }

func parseShard(s string) (shard, error) {
	var sh shard
	if n, err := fmt.Sscanf(s, "%d/%d", &sh.i, &sh.of); n != 2 || err != nil || sh.i < 1 || sh.i > sh.of {
		return sh, fmt.Errorf("%q is no shard such as 2/4", s)
	}
	return sh, nil
}

// chosen breakages, in the order of the table.
func (o options) chosen(all []breakage) []breakage {
	var bs []breakage
	n := 0
	for _, b := range all {
		if !o.run.MatchString(b.Name) {
			continue
		}
		if n%o.shard.of == o.shard.i-1 {
			bs = append(bs, b)
		}
		n++
	}
	return bs
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	p := printer{stdout}
	bs := o.chosen(breakages)
	switch {
	case len(bs) == 0:
		return errors.New("no breakage has such a name: see -list")
	case o.list:
		for _, b := range bs {
			p.printf("%-40s %s\n%-40s %s\n", b.Name, b.Promise, "", b.File)
		}
		return nil
	default:
		return breakCopy(ctx, o, bs, p)
	}
}

// breakCopy makes a copy of the repository, and removes it in the end.
func breakCopy(ctx context.Context, o options, bs []breakage, p printer) (err error) {
	copied, err := copyTracked(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if o.keep {
			p.printf("The copy is in %s\n", copied.Name())
			return
		}
		err = errors.Join(err, remove(copied))
	}()
	t := tester{copied: copied}
	if !o.trust {
		if err := t.baseline(ctx, p); err != nil {
			return err
		}
	}
	return breakAll(ctx, t, bs, o.keep, p)
}

// breakAll applies breakages one at a time, and reports each.
func breakAll(ctx context.Context, t tester, bs []breakage, keep bool, p printer) error {
	began := time.Now()
	var bad []string
	caught := 0
	for i, b := range bs {
		start := time.Now()
		r := t.try(ctx, b, keep && i == len(bs)-1)
		if ctx.Err() != nil {
			return fmt.Errorf("%w after %d of %d breakages", ctx.Err(), i, len(bs))
		}
		p.printf("%3d/%d %4.0fs  %-40s %s\n", i+1, len(bs), time.Since(start).Seconds(), b.Name, r.text(b))
		if r.bad(b) {
			bad = append(bad, b.Name)
		}
		if r.by != "" {
			caught++
		}
	}
	p.printf("\n%d of %d breakages caught in %s.\n", caught, len(bs), time.Since(began).Round(time.Second))
	if len(bad) > 0 {
		return fmt.Errorf("%d breakages survived or are wrong: %s", len(bad), strings.Join(bad, ", "))
	}
	return nil
}

// A printer prints to a terminal.
type printer struct{ io.Writer }

func (p printer) printf(format string, args ...any) {
	fmt.Fprintf(p, format, args...) //nolint:errcheck // There is no other place to report to.
}
