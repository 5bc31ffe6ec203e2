package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
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
	serve := ServeCmd{Network: "tcp", Address: ":9443", MaxRecvMessageSize: 4, MetricsAddress: ":8080", TTL: time.Minute}
	with := func(change func(c *ServeCmd)) CLI {
		c := serve
		change(&c)
		return CLI{Serve: c, Render: RenderCmd{Output: "yaml"}}
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
				"--max-recv-message-size=16", "--metrics-address=", "--ttl=90s",
			}},
			want: want{command: "serve", cli: with(func(c *ServeCmd) {
				*c = ServeCmd{
					Debug: true, Network: "unix", Address: "/run/fn.sock", TLSServerCertsDir: "/tls", Insecure: true,
					MaxRecvMessageSize: 16, TTL: 90 * time.Second,
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
			}}},
		},
		"RenderStandardInput": {
			reason: "Render should take a dash for a claim.",
			args:   args{args: []string{"render", "-"}},
			want:   want{command: "render <claim>", cli: CLI{Serve: serve, Render: RenderCmd{Claim: "-", Output: "yaml"}}},
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

// TestServe serves a request over the network, as Crossplane sends it. A server
// serves until its process ends, so this one outlives the test.
func TestServe(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- (&ServeCmd{Network: "tcp", Address: address, Insecure: true, MaxRecvMessageSize: 4, TTL: ttl}).Run()
	}()

	c, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })

	req := example{name: "seafarer-cluster", dir: "example/seafarer-cluster"}.steady(t)
	req.Meta = &fnv1.RequestMeta{Tag: "tag"}
	want, err := (&Function{log: newFunction().log, ttl: ttl}).RunFunction(ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	got, err := fnv1.NewFunctionRunnerServiceClient(c).RunFunction(ctx, req, grpc.WaitForReady(true))
	if err != nil {
		select {
		case serr := <-ended:
			t.Fatalf("RunFunction(...): %v; the server ended: %v", err, serr)
		default:
			t.Fatalf("RunFunction(...): %v", err)
		}
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("RunFunction(...): -want, +got:\n%s", diff)
	}
}
