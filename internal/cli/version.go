package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"github.com/crossplane/function-sdk-go/errors"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/compat"
)

// version of a release, such as v0.1.0. The linker sets it:
// -X github.com/seafarer-cloud/function-seafarer-cluster/internal/cli.version=v0.1.0.
var version string

// versionFlag prints the version wherever it's on the command line.
type versionFlag bool

// BeforeReset runs before arguments are required.
func (versionFlag) BeforeReset(k *kong.Kong) error {
	if _, err := fmt.Fprintln(k.Stdout, readBuild()); err != nil {
		return errors.Wrap(err, "cannot print")
	}
	k.Exit(exitDone)
	return nil
}

// VersionCmd prints the version, and the versions that it supports.
type VersionCmd struct {
	Output string `default:"text" enum:"text,json" help:"Format: text or json." short:"o"`
}

// Help with examples.
func (c *VersionCmd) Help() string {
	return `Examples:

  # For people
  function-seafarer-cluster version

  # Only the version
  function-seafarer-cluster version -o json | jq -r .version`
}

// Run the command.
func (c *VersionCmd) Run() error { return c.run(os.Stdout) }

func (c *VersionCmd) run(w io.Writer) error {
	b := readBuild()
	if c.Output == "json" {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return errors.Wrap(e.Encode(b), "cannot print")
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, l := range b.lines() {
		fmt.Fprintf(t, "%s\t%s\n", l[0], l[1]) //nolint:errcheck // Flush returns the error.
	}
	return errors.Wrap(t.Flush(), "cannot print")
}

// A build of the command, and what it supports.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`

	// Kubernetes versions, the oldest first.
	Kubernetes []string `json:"kubernetes"`

	// Karpenter is the range of its chart's versions.
	Karpenter string `json:"karpenter"`

	// Types are the versions of the modules whose types are composed.
	Types map[string]string `json:"types,omitempty"`
}

func readBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return newBuild(version, info)
}

// newBuild of a release, or else of what Go recorded.
func newBuild(release string, info *debug.BuildInfo) build {
	b := build{
		Version:    release,
		Go:         runtime.Version(),
		Platform:   runtime.GOOS + "/" + runtime.GOARCH,
		Kubernetes: compat.KubernetesVersions(),
		Karpenter:  compat.SupportedCharts,
		Types:      typesOf(info),
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	if b.Version == "" {
		b.Version = "(devel)"
	}
	return b
}

// composed modules, whatever their major version.
var composed = regexp.MustCompile(`^github\.com/(upbound|crossplane-contrib)/provider-[a-z]+(/v\d+)?$`)

// major version at the end of a module's path.
var major = regexp.MustCompile(`/v\d+$`)

// typesOf providers that a build has, by the provider's name.
func typesOf(info *debug.BuildInfo) map[string]string {
	vs := make(map[string]string)
	for _, m := range info.Deps {
		if composed.MatchString(m.Path) {
			vs[path.Base(major.ReplaceAllString(m.Path, ""))] = m.Version
		}
	}
	return vs
}

// String of one line.
func (b build) String() string {
	s := name + " " + b.Version
	if r := b.revision(); r != "" {
		s += " (" + r + ")"
	}
	return s + " " + b.Go + " " + b.Platform
}

func (b build) revision() string {
	switch {
	case b.Revision == "":
		return ""
	case b.Modified:
		return b.Revision + ", modified"
	default:
		return b.Revision
	}
}

// lines of names and values.
func (b build) lines() [][2]string {
	ls := [][2]string{{"Version", b.Version}}
	if r := b.revision(); r != "" {
		ls = append(ls, [2]string{"Revision", r})
	}
	ls = append(ls,
		[2]string{"Go", b.Go + " " + b.Platform},
		[2]string{"Kubernetes", b.Kubernetes[0] + " to " + b.Kubernetes[len(b.Kubernetes)-1]},
		[2]string{"Karpenter", "charts " + b.Karpenter},
	)
	for _, n := range slices.Sorted(maps.Keys(b.Types)) {
		ls = append(ls, [2]string{n, "types of " + b.Types[n]})
	}
	return ls
}
