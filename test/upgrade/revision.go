package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/crossplane/function-sdk-go/errors"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
)

// resolve a git revision to its commit. An empty one is the default.
func resolve(ctx context.Context, revision string) (string, error) {
	if revision == "" {
		revision = oldest
		if tag, err := output(ctx, "git", "describe", "--tags", "--abbrev=0", "--match=v*"); err == nil {
			revision = tag
		}
	}
	commit, err := output(ctx, "git", "rev-parse", "--verify", "--end-of-options", revision+"^{commit}")
	return commit, errors.Wrapf(err, "cannot find revision %s: fetch it, or give another", revision)
}

// export the files of a commit to a folder.
func export(ctx context.Context, commit, dir string) error {
	archive := dir + ".tar"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return errors.Wrap(err, "cannot create a folder")
	}
	if _, err := output(ctx, "git", "archive", "--output="+archive, commit); err != nil {
		return errors.Wrap(err, "cannot export the revision")
	}
	_, err := output(ctx, "tar", "-x", "-f", archive, "-C", dir)
	return errors.Wrap(err, "cannot export the revision")
}

// output of a command, without white space around it.
func output(ctx context.Context, name string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, name, args...).Output() //nolint:gosec // Commands are constants; a maintainer chooses the revision.
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = errors.Errorf("%s: %s", name, bytes.TrimSpace(exit.Stderr))
	}
	return strings.TrimSpace(string(out)), err
}

// A process runs the function of another revision.
type process struct {
	cmd  *exec.Cmd
	conn *grpc.ClientConn
}

// start the function of a source in a folder, which gets its binary.
func start(ctx context.Context, dir, source string) (*process, error) {
	binary := filepath.Join(dir, "function")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, ".") //nolint:gosec // The command is a constant.
	build.Dir = source
	if out, err := build.CombinedOutput(); err != nil {
		return nil, errors.Wrapf(err, "cannot build the revision\n%s", out)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Wrap(err, "cannot find a free port")
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, errors.Wrap(err, "cannot find a free port")
	}
	f := &process{cmd: exec.Command(binary, "serve", "--insecure", "--address="+address, "--metrics-address=", "--debug-address=")} //nolint:gosec,noctx // The command is a constant, and stop ends it.
	if f.conn, err = grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials())); err != nil {
		return nil, errors.Wrap(err, "cannot connect to the revision")
	}
	return f, errors.Wrap(f.cmd.Start(), "cannot start the revision")
}

func (f *process) stop() {
	_ = f.conn.Close()
	_ = f.cmd.Process.Kill()
	_ = f.cmd.Wait()
}

// run the function once.
func (f *process) run(ctx context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return fnv1.NewFunctionRunnerServiceClient(f.conn).RunFunction(ctx, req, grpc.WaitForReady(true))
}
