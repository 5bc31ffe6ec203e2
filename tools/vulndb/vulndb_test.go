package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/vuln/scan"
)

// entry of a database: a vulnerability of one package, in the versions from 0 to the one
// that fixes it.
func entry(module, pkg, fixed string) string {
	return `{"schema_version": "1.3.1", "id": "GO-2000-0001", "summary": "Made up", "affected": [{
  "package": {"name": "` + module + `", "ecosystem": "Go"},
  "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "` + fixed + `"}]}],
  "ecosystem_specific": {"imports": [{"path": "` + pkg + `"}]}}],
  "database_specific": {"url": "https://example.org"}}`
}

// TestCheck scans this module with synthetic databases.
func TestCheck(t *testing.T) {
	cases := map[string]struct {
		reason string
		db     map[string]string
		found  bool
	}{
		"Empty": {
			reason: "A database without vulnerabilities has no finding.",
		},
		"Imported": {
			reason: "A vulnerability of an imported package is found.",
			db:     map[string]string{"GO-2000-0001.json": entry("golang.org/x/mod", "golang.org/x/mod/module", "99.0.0")},
			found:  true,
		},
		"NotImported": {
			reason: "A vulnerability of a package that isn't imported is no finding.",
			db:     map[string]string{"GO-2000-0001.json": entry("golang.org/x/mod", "golang.org/x/mod/zip", "99.0.0")},
		},
		"Fixed": {
			reason: "A vulnerability that the version in go.mod fixes is no finding.",
			db:     map[string]string{"GO-2000-0001.json": entry("golang.org/x/mod", "golang.org/x/mod/module", "0.2.0")},
		},
		"StandardLibrary": {
			reason: "A vulnerability of the standard library is found.",
			db:     map[string]string{"GO-2000-0001.json": entry("stdlib", "os", "99.0.0")},
			found:  true,
		},
		"StandardLibraryFixed": {
			reason: "A vulnerability of the standard library that the Go version fixes is no finding.",
			db:     map[string]string{"GO-2000-0001.json": entry("stdlib", "os", "1.20.0")},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := t.TempDir()
			for file, content := range tc.db {
				if err := os.WriteFile(filepath.Join(db, file), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			out := &bytes.Buffer{}
			err := check(t.Context(), db, ".", strings.TrimPrefix(runtime.Version(), "go"), out)
			if got := err != nil; got != tc.found {
				t.Errorf("\n%s\ncheck(...): want error %t, got %v:\n%s", tc.reason, tc.found, err, out)
			}
			if got := strings.Contains(out.String(), "GO-2000-0001"); got != tc.found {
				t.Errorf("\n%s\ncheck(...): want the vulnerability printed: %t, got:\n%s", tc.reason, tc.found, out)
			}
		})
	}
}

// TestDatabase finds a vulnerability of an earlier gRPC version of the function.
func TestDatabase(t *testing.T) {
	db, err := find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := &bytes.Buffer{}
	cmd := scan.Command(t.Context(), "-mode", "query", "-format", "json", "-db", "file://"+filepath.ToSlash(db.dir), "google.golang.org/grpc@v1.79.3")
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(out.String(), "GO-2026-6443") {
		t.Errorf("want GO-2026-6443 of gRPC in the database, got:\n%s", out)
	}
}

func TestAge(t *testing.T) {
	date := time.Date(2026, 11, 5, 23, 49, 57, 0, time.UTC)
	cases := map[string]struct {
		reason string
		now    time.Time
		old    bool
	}{
		"New":   {reason: "A database of today is not old.", now: date},
		"Limit": {reason: "On the last day, a database isn't old.", now: date.AddDate(0, 0, 60)},
		"Old":   {reason: "The day after, it is.", now: date.AddDate(0, 0, 61), old: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if err := age(date, tc.now, 60); (err != nil) != tc.old {
				t.Errorf("\n%s\nage(...): want error %t, got %v", tc.reason, tc.old, err)
			}
		})
	}
}

// TestRun scans this module with the real database, on a day when it's old.
func TestRun(t *testing.T) {
	goVersion := filepath.Join(t.TempDir(), "go-version")
	if err := os.WriteFile(goVersion, []byte(strings.TrimPrefix(runtime.Version(), "go")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, fail := range []bool{false, true} {
		out := &bytes.Buffer{}
		err := run(t.Context(), options{root: "testdata/clean", goVersion: goVersion, maxAge: 60, failIfOld: fail}, time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), out)
		if got := err != nil && strings.Contains(err.Error(), "days old"); got != fail {
			t.Errorf("run(...): want an error about the age: %t, got %v:\n%s", fail, err, out)
		}
		if got := strings.Contains(out.String(), "WARNING: the vulnerability database is"); got == fail {
			t.Errorf("run(...): want a warning about the age: %t, got:\n%s", !fail, out)
		}
		if !strings.Contains(out.String(), "Go vulnerability database of 20") {
			t.Errorf("run(...): want the date of the database, got:\n%s", out)
		}
	}
}
