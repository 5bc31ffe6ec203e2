package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"github.com/seafarer-cloud/function-seafarer-cluster/internal/function"
	"github.com/seafarer-cloud/function-seafarer-cluster/test/examples"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/testing/protocmp"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
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

	// What is served with no flags at all.
	serve := ServeCmd{
		Network: "tcp", Address: ":9443", MaxRecvMessageSize: 4, MaxCalls: 8, CallTimeout: 30 * time.Second, DrainTimeout: 25 * time.Second,
		MetricsAddress: ":8080", DebugAddress: "localhost:8081", TTL: time.Minute,
	}
	with := func(change func(c *ServeCmd)) CLI {
		c := serve
		change(&c)
		return CLI{Serve: c, Render: RenderCmd{Output: "yaml"}, Graph: GraphCmd{Output: "mermaid"}}
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
			reason: "A call without anything should serve: it's how the image is run.",
			want:   want{command: "serve", cli: with(func(*ServeCmd) {})},
		},
		"BareWithEnvironment": {
			reason: "Crossplane tells the folder of the certificates by the environment.",
			args:   args{env: map[string]string{"TLS_SERVER_CERTS_DIR": "/tls/server"}},
			want:   want{command: "serve", cli: with(func(c *ServeCmd) { c.TLSServerCertsDir = "/tls/server" })},
		},
		"FlagOverEnvironment": {
			reason: "A flag should win over the environment.",
			args:   args{args: []string{"--tls-server-certs-dir=/a"}, env: map[string]string{"TLS_SERVER_CERTS_DIR": "/b"}},
			want:   want{command: "serve", cli: with(func(c *ServeCmd) { c.TLSServerCertsDir = "/a" })},
		},
		"BareWithFlags": {
			reason: "All flags of serve should be flags of the bare call, too.",
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
			reason: "Serve should be a command of its own name.",
			args:   args{args: []string{"serve", "--debug"}},
			want:   want{command: "serve", cli: with(func(c *ServeCmd) { c.Debug = true })},
		},
		"Render": {
			reason: "Render should take a claim and its flags.",
			args:   args{args: []string{"render", "claim.yaml", "-o", "tree", "--observed=.", "--composition=composition.yaml", "--simulate"}},
			want: want{command: "render <claim>", cli: CLI{Serve: serve, Render: RenderCmd{
				Claim: "claim.yaml", Output: "tree", Observed: wd, Composition: filepath.Join(wd, "composition.yaml"), Simulate: true,
			}, Graph: GraphCmd{Output: "mermaid"}}},
		},
		"RenderStandardInput": {
			reason: "Render should take a dash for a claim.",
			args:   args{args: []string{"render", "-"}},
			want:   want{command: "render <claim>", cli: CLI{Serve: serve, Render: RenderCmd{Claim: "-", Output: "yaml"}, Graph: GraphCmd{Output: "mermaid"}}},
		},
		"Graph": {
			reason: "Graph should take a claim and its flags.",
			args:   args{args: []string{"graph", "claim.yaml", "-o", "svg", "--observed=.", "--composition=composition.yaml", "--all"}},
			want: want{command: "graph <claim>", cli: CLI{Serve: serve, Render: RenderCmd{Output: "yaml"}, Graph: GraphCmd{
				Claim: "claim.yaml", Output: "svg", Observed: wd, Composition: filepath.Join(wd, "composition.yaml"), All: true,
			}}},
		},
		"RenderNothing": {
			reason: "Render should ask for a claim.",
			args:   args{args: []string{"render"}},
			want:   want{err: `expected "<claim>"`},
		},
		"RenderUnknownFormat": {
			reason: "Render should say which formats there are.",
			args:   args{args: []string{"render", "claim.yaml", "-o", "xml"}},
			want:   want{err: `--output must be one of "yaml","json","table","tree" but got "xml"`},
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

// TestHelp tells how to render.
func TestHelp(t *testing.T) {
	var out bytes.Buffer
	p, err := kong.New(&CLI{}, kong.Writers(&out, &out), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	p.Parse([]string{"render", "--help"})
	if !bytes.Contains(out.Bytes(), []byte("function-seafarer-cluster render claim.yaml --simulate -o table")) {
		t.Errorf("render --help: want examples, got:\n%s", &out)
	}
}

// TestServe serves a request over the network, as Crossplane sends it, until it's
// told to end.
func TestServe(t *testing.T) {
	answered(t, func(*exec.Cmd) {})
}

// itself is the function's command, in a process of its own.
func itself(ctx context.Context, args ...string) *exec.Cmd {
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

// answered tells whether the function answers once it's started as told, and
// whether it ends well.
func answered(t *testing.T, as func(*exec.Cmd)) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "fn.sock")
	cmd := itself(t.Context(), "serve", "--insecure", "--network=unix", "--address="+socket, "--metrics-address=", "--debug-address=")
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
		t.Errorf("the function should end well: %v\n%s", err, log)
	}
}

// TestServeSaysWhatIsWrong on standard error, and fails.
func TestServeSaysWhatIsWrong(t *testing.T) {
	b, err := itself(t.Context(), "--address=127.0.0.1:0").CombinedOutput()
	if want := "say --tls-server-certs-dir, or --insecure"; err == nil || !bytes.Contains(b, []byte(want)) {
		t.Errorf("serve without certificates: want a failure that says %q, got %v\n%s", want, err, b)
	}
}
