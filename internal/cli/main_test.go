package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/testing/protocmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
)

func TestCLI(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, f := range []string{"claim.yaml", "composition.yaml"} {
		if err := os.WriteFile(f, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wd, err := filepath.EvalSymlinks(".")
	if err != nil {
		t.Fatal(err)
	}
	wd, err = filepath.Abs(wd)
	if err != nil {
		t.Fatal(err)
	}

	// Values of serve without flags.
	serve := ServeCmd{
		Network: "tcp", Address: ":9443", MaxRecvMessageSize: 4, MaxCalls: 8, CallTimeout: 30 * time.Second, DrainTimeout: 25 * time.Second,
		MetricsAddress: ":8080", DebugAddress: "localhost:8081", TTL: time.Minute,
	}
	with := func(change func(c *ServeCmd)) CLI {
		c := serve
		change(&c)
		return CLI{Serve: c, Render: RenderCmd{Output: "summary"}, Graph: GraphCmd{Output: "mermaid"}, VersionCmd: VersionCmd{Output: "text"}}
	}

	type args struct {
		args []string
		env  map[string]string
	}
	type want struct {
		command string
		cli     CLI
		err     string
	}
	cases := map[string]struct {
		reason string
		args   args
		want   want
	}{
		"Bare": {
			reason: "A call without arguments should serve: the image runs it so.",
			want:   want{command: "serve", cli: with(func(*ServeCmd) {})},
		},
		"BareWithEnvironment": {
			reason: "Crossplane passes the folder of the certificates in the environment.",
			args:   args{env: map[string]string{"TLS_SERVER_CERTS_DIR": "/tls/server"}},
			want:   want{command: "serve", cli: with(func(c *ServeCmd) { c.TLSServerCertsDir = "/tls/server" })},
		},
		"FlagOverEnvironment": {
			reason: "A flag should take precedence over the environment.",
			args:   args{args: []string{"--tls-server-certs-dir=/a"}, env: map[string]string{"TLS_SERVER_CERTS_DIR": "/b"}},
			want:   want{command: "serve", cli: with(func(c *ServeCmd) { c.TLSServerCertsDir = "/a" })},
		},
		"BareWithFlags": {
			reason: "The call without a command should accept all flags of serve.",
			args: args{args: []string{
				"-d", "--network=unix", "--address=/run/fn.sock", "--tls-certs-dir=/tls", "--insecure",
				"--max-recv-message-size=16", "--max-calls=3", "--call-timeout=1s", "--drain-timeout=2s",
				"--metrics-address=", "--debug-address=", "--ttl=90s",
			}},
			want: want{command: "serve", cli: with(func(c *ServeCmd) {
				*c = ServeCmd{
					Debug: true, Network: "unix", Address: "/run/fn.sock", TLSServerCertsDir: "/tls", Insecure: true,
					MaxRecvMessageSize: 16, MaxCalls: 3, CallTimeout: time.Second, DrainTimeout: 2 * time.Second, TTL: 90 * time.Second,
				}
			})},
		},
		"Serve": {
			reason: "Serve should be a command, too.",
			args:   args{args: []string{"serve", "--debug"}},
			want:   want{command: "serve", cli: with(func(c *ServeCmd) { c.Debug = true })},
		},
		"Render": {
			reason: "Render should accept a claim and flags.",
			args:   args{args: []string{"render", "claim.yaml", "-o", "tree", "--observed=.", "--composition=composition.yaml", "--simulate"}},
			want: want{command: "render <claim>", cli: CLI{Serve: serve, Render: RenderCmd{
				Claim: "claim.yaml", Output: "tree", Observed: wd, Composition: filepath.Join(wd, "composition.yaml"), Simulate: true,
			}, Graph: GraphCmd{Output: "mermaid"}, VersionCmd: VersionCmd{Output: "text"}}},
		},
		"RenderStandardInput": {
			reason: "Render should accept a dash for standard input.",
			args:   args{args: []string{"render", "-"}},
			want:   want{command: "render <claim>", cli: CLI{Serve: serve, Render: RenderCmd{Claim: "-", Output: "summary"}, Graph: GraphCmd{Output: "mermaid"}, VersionCmd: VersionCmd{Output: "text"}}},
		},
		"Graph": {
			reason: "Graph should accept a claim and flags.",
			args:   args{args: []string{"graph", "claim.yaml", "-o", "svg", "--observed=.", "--composition=composition.yaml", "--all"}},
			want: want{command: "graph <claim>", cli: CLI{Serve: serve, Render: RenderCmd{Output: "summary"}, Graph: GraphCmd{
				Claim: "claim.yaml", Output: "svg", Observed: wd, Composition: filepath.Join(wd, "composition.yaml"), All: true,
			}, VersionCmd: VersionCmd{Output: "text"}}},
		},
		"Version": {
			reason: "Version should accept a format.",
			args:   args{args: []string{"version", "-o", "json"}},
			want:   want{command: "version", cli: CLI{Serve: serve, Render: RenderCmd{Output: "summary"}, Graph: GraphCmd{Output: "mermaid"}, VersionCmd: VersionCmd{Output: "json"}}},
		},
		"Completion": {
			reason: "Completion should accept a shell.",
			args:   args{args: []string{"completion", "zsh"}},
			want: want{command: "completion <shell>", cli: CLI{
				Serve: serve, Render: RenderCmd{Output: "summary"}, Graph: GraphCmd{Output: "mermaid"}, VersionCmd: VersionCmd{Output: "text"}, Completion: CompletionCmd{Shell: "zsh"},
			}},
		},
		"RenderNothing": {
			reason: "Render should require a claim.",
			args:   args{args: []string{"render"}},
			want:   want{err: `expected "<claim>"`},
		},
		"RenderUnknownFormat": {
			reason: "Render should list the formats.",
			args:   args{args: []string{"render", "claim.yaml", "-o", "xml"}},
			want:   want{err: `--output must be one of "summary","yaml","json","table","tree" but got "xml"`},
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TLS_SERVER_CERTS_DIR", tc.args.env["TLS_SERVER_CERTS_DIR"])
			var cli CLI
			p, err := kong.New(&cli)
			if err != nil {
				t.Fatalf("%s\nkong.New(...): %v", tc.reason, err)
			}
			got := want{}
			ctx, err := p.Parse(tc.args.args)
			if err != nil {
				got.err = err.Error()
			} else {
				got.command, got.cli = ctx.Command(), cli
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("%s\nParse(%q): -want, +got:\n%s", tc.reason, tc.args.args, diff)
			}
		})
	}
}

// TestHelp requires valid examples of every command, and a description of every flag and
// argument in sentences.
func TestHelp(t *testing.T) {
	for _, node := range append(newParser().Model.Children, newParser().Model.Node) {
		t.Run(node.Name, func(t *testing.T) {
			lines := slices.DeleteFunc(strings.Split(node.Detail, "\n"), func(l string) bool { return !strings.HasPrefix(l, "  "+name) })
			if len(lines) == 0 {
				t.Errorf("%s --help: want examples, got:\n%s", node.Name, node.Detail)
			}
			for _, l := range lines {
				parseExample(t, l)
			}
			for _, f := range node.Flags {
				if !strings.HasSuffix(f.Help, ".") {
					t.Errorf("--%s: want sentences, got %q", f.Name, f.Help)
				}
			}
			for _, a := range node.Positional {
				if !strings.HasSuffix(a.Help, ".") {
					t.Errorf("<%s>: want sentences, got %q", a.Name, a.Help)
				}
			}
		})
	}
}

// parseExample as a shell would, up to its redirection, in a folder with the files that it
// names.
func parseExample(t *testing.T, line string) {
	t.Helper()
	line, _, _ = strings.Cut(line, " | ")
	line, _, _ = strings.Cut(line, " > ")
	t.Chdir(t.TempDir())
	for _, dir := range []string{"observed", "apis-namespaced"} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join("apis-namespaced", "composition.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newParser().Parse(strings.Fields(line)[1:]); err != nil {
		t.Errorf("example %q: %v", line, err)
	}
}

// TestExitCodes runs the command, and compares its standard error: the error, and one line
// with a link.
func TestExitCodes(t *testing.T) {
	type want struct {
		code   int
		stderr string
	}
	cases := map[string]struct {
		reason string
		args   []string
		want   want
	}{
		"Done": {
			reason: "A valid claim should have no error.",
			args:   []string{"render", minimal},
		},
		"Misspelled": {
			reason: "A misspelled command should suggest the right one.",
			args:   []string{"rendr", minimal},
			want:   want{2, "function-seafarer-cluster: error: unexpected argument rendr, did you mean \"render\"?\nRun \"function-seafarer-cluster --help\" for usage and examples.\n"},
		},
		"UnknownCommand": {
			reason: "A command that is similar to none should be reported as is.",
			args:   []string{"destroy"},
			want:   want{2, "function-seafarer-cluster: error: unexpected argument destroy\nRun \"function-seafarer-cluster --help\" for usage and examples.\n"},
		},
		"MisspelledFlag": {
			reason: "A misspelled flag should suggest the right one.",
			args:   []string{"render", minimal, "--outptu=yaml"},
			want:   want{2, "function-seafarer-cluster: error: unknown flag --outptu, did you mean \"--output\"?\nRun \"function-seafarer-cluster render --help\" for usage and examples.\n"},
		},
		"MisspelledFlagOfTheDefault": {
			reason: "Flags of serve should be suggested without a command.",
			args:   []string{"--addrses=:1"},
			want:   want{2, "function-seafarer-cluster: error: unknown flag --addrses, did you mean \"--address\"?\nRun \"function-seafarer-cluster serve --help\" for usage and examples.\n"},
		},
		"Invalid": {
			reason: "Errors of a claim should have a line each, which begins with a position.",
			args:   []string{"render", examples.Get("invalid-duplicate-names").Claim()},
			want: want{1, examples.Get("invalid-duplicate-names").Claim() + ":12:9: spec.karpenter.nodeClasses[1].name: Duplicate value: \"default\"\n" +
				examples.Get("invalid-duplicate-names").Claim() + ":16:9: spec.karpenter.nodePools[1].name: Duplicate value: \"arm\"\n"},
		},
		"InvalidDrawn": {
			reason: "Graph should report the same errors as render.",
			args:   []string{"graph", examples.Get("invalid-sizes").Claim()},
			want:   want{1, examples.Get("invalid-sizes").Claim() + ":9:3: spec.systemNodes: Invalid value: sizes must be ordered: minSize <= desiredSize <= maxSize\n"},
		},
		"NoFile": {
			reason: "A missing claim should be reported.",
			args:   []string{"render", "nowhere.yaml"},
			want:   want{1, "function-seafarer-cluster: error: cannot read claim: open nowhere.yaml: no such file or directory\nRun \"function-seafarer-cluster render --help\" for usage and examples.\n"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			cmd := functionCommand(t.Context(), tc.args...)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			err := cmd.Run()
			if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			got := want{cmd.ProcessState.ExitCode(), stderr.String()}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("\n%s\n%q: -want, +got:\n%s", tc.reason, tc.args, diff)
			}
		})
	}
}

// TestServe serves a request over the network, as Crossplane sends it, until SIGTERM.
func TestServe(t *testing.T) {
	answered(t, func(*exec.Cmd) {})
}

// functionCommand is the function's command in a separate process.
func functionCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), envItself+"=1")
	return cmd
}

// envItself makes the tests' binary the function's.
const envItself = "SEAFARER_ITSELF"

func TestMain(m *testing.M) {
	if os.Getenv(envItself) != "" {
		Main(newServed)
		return
	}
	os.Exit(m.Run())
}

// A servedFunction is the function as main serves it.
type servedFunction struct {
	fnv1.UnimplementedFunctionRunnerServiceServer

	ttl time.Duration
}

func newServed(ttl time.Duration) fnv1.FunctionRunnerServiceServer { return servedFunction{ttl: ttl} }

func (f servedFunction) RunFunction(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	return function.Run(ctx, req, f.ttl), nil
}

// answered requires that the function, started like that, responds, and ends without an
// error.
func answered(t *testing.T, as func(*exec.Cmd)) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "fn.sock")
	cmd := functionCommand(t.Context(), "serve", "--insecure", "--network=unix", "--address="+socket, "--metrics-address=", "--debug-address=")
	as(cmd)
	log := &bytes.Buffer{}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatalf("cannot start the function: %v", err)
	}
	c, err := grpc.NewClient("unix:"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.Config{BaseDelay: 10 * time.Millisecond, MaxDelay: 10 * time.Millisecond}}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })

	req := examples.Get("seafarer-cluster").Steady(t)
	req.Meta = &fnv1.RequestMeta{Tag: "tag"}
	want := examples.Run(t, req)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	got, err := fnv1.NewFunctionRunnerServiceClient(c).RunFunction(ctx, req, grpc.WaitForReady(true))
	if err != nil {
		t.Fatalf("RunFunction(...): %v\n%s", err, log)
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("RunFunction(...): -want, +got:\n%s", diff)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(log.String(), "all calls have finished") {
		t.Errorf("want no error at the end, got %v\n%s", err, log)
	}
}

// TestServeReportsErrors on standard error, and fails.
func TestServeReportsErrors(t *testing.T) {
	b, err := functionCommand(t.Context(), "--address=127.0.0.1:0").CombinedOutput()
	if want := "set --tls-server-certs-dir, or --insecure"; err == nil || !bytes.Contains(b, []byte(want)) {
		t.Errorf("serve without certificates: want an error with %q, got %v\n%s", want, err, b)
	}
}
