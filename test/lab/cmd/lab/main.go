// Command lab brings a control plane up and down by hand.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/crossplane/function-sdk-go/errors"

	lab "github.com/seafarer-cloud/function-seafarer-cluster/test/lab"
)

const usage = `usage: go run ./cmd/lab COMMAND

  up    bring a control plane up, and keep it up until Ctrl-C
  down  end it, from another terminal`

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	var err error
	switch os.Args[1] {
	case "up":
		err = up()
	case "down":
		err = down()
	default:
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

const next = `
The control plane is up. In another terminal:

  export KUBECONFIG=%[1]s
  export PATH=%[2]s:$PATH
  kubectl create namespace team-a
  kubectl apply -f %[3]s/example/minimal/claim.yaml
  kubectl get seafarerclusters --all-namespaces --watch
  kubectl get managed --namespace team-a

Logs are in %[4]s. End it with Ctrl-C, or with: go run ./cmd/lab down
`

func up() error {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	f, err := lock()
	if err != nil {
		return err
	}
	defer f.Close()           //nolint:errcheck // It's about to be removed.
	defer os.Remove(f.Name()) //nolint:errcheck // The next one takes it over.

	l, err := lab.Start(ctx, lab.Options{Progress: os.Stderr})
	if err != nil {
		return failed(ctx, l, err)
	}
	if _, err := fmt.Fprintf(f, "%d\n%s\n", os.Getpid(), l.Dir); err != nil {
		return failed(ctx, l, err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		return failed(ctx, l, err)
	}
	fmt.Printf(next, l.Kubeconfig(), filepath.Join(l.Dir, "bin"), root, filepath.Join(l.Dir, "logs"))
	<-ctx.Done()
	fmt.Fprintln(os.Stderr, "lab: stopping")
	return l.Stop()
}

// failed to come up. That somebody said Ctrl-C is no failure.
func failed(ctx context.Context, l *lab.Lab, err error) error {
	if ctx.Err() != nil {
		return l.Stop()
	}
	if logs, kerr := l.KeepLogs(); kerr == nil && logs != "" {
		err = errors.Wrap(err, "logs are in "+logs)
	}
	return errors.Join(err, l.Stop())
}

func lockPath() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", errors.Wrap(err, "cannot find a folder for the lock")
	}
	dir := filepath.Join(cache, "seafarer-test")
	return filepath.Join(dir, "lab.lock"), os.MkdirAll(dir, 0o750)
}

// lock that a lab holds for as long as it's up. Its content is the lab's process
// and folder.
func lock() (*os.File, error) {
	path, err := lockPath()
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Clean(path), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, errors.Wrap(err, "cannot open the lock")
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close() //nolint:errcheck // Nothing was written.
		return nil, errors.New("there is a lab already: go run ./cmd/lab down")
	}
	return f, errors.Wrap(f.Truncate(0), "cannot empty the lock")
}

func down() error {
	path, err := lockPath()
	if err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Clean(path))
	if os.IsNotExist(err) {
		fmt.Fprintln(os.Stderr, "lab: there is none")
		return nil
	}
	if err != nil {
		return errors.Wrap(err, "cannot read the lock")
	}
	pid, dir, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")

	// A lab that is up holds the lock. One that died left no process, but perhaps
	// its folder.
	f, err := lock()
	if err == nil {
		defer f.Close() //nolint:errcheck // Nothing was written.
		if strings.HasPrefix(filepath.Base(dir), "seafarer-lab-") {
			if err := os.RemoveAll(dir); err != nil {
				return errors.Wrap(err, "cannot remove what a dead lab left")
			}
		}
		return errors.Wrap(os.Remove(path), "cannot remove the lock")
	}
	n, err := strconv.Atoi(pid)
	if err != nil {
		return errors.New("the lab is still starting: stop it with Ctrl-C, or try again")
	}
	if err := syscall.Kill(n, syscall.SIGTERM); err != nil {
		return errors.Wrap(err, "cannot stop the lab")
	}
	const patience = 90 * time.Second
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if _, err := os.Stat(path); os.IsNotExist(err) {
			return nil
		}
	}
	return errors.Errorf("the lab (process %d) does not end", n)
}
