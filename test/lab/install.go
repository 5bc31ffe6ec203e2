package lab

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	kerrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/crossplane/function-sdk-go/errors"
)

// Install replaces the installed packages with those that make package has built into
// a folder: the package manager installs the Configuration, and the lab runs the
// function in the function's package.
func (l *Lab) Install(ctx context.Context, folder string) error {
	if l.charts != nil {
		return errors.New("cannot install packages: this lab serves Karpenter's charts, and the Composition in the package does not refer to them; start one without --in-cluster")
	}
	function := filepath.Join(folder, functionPackage+"-"+runtime.GOARCH+".xpkg")
	host := l.serveRegistry()
	l.installs++
	v := fmt.Sprintf("v0.1.%d", l.installs)
	configuration := l.options.api().configuration
	for name, file := range map[string]string{functionPackage: function, configuration: filepath.Join(folder, configuration+".xpkg")} {
		if _, err := os.Stat(file); err != nil {
			return errors.Wrap(err, "cannot find a package: build it with make package")
		}
		if err := l.pushFile(ctx, file, host+"/"+organization+name+":"+v); err != nil {
			return err
		}
	}
	if err := l.replaceFunction(function); err != nil {
		return err
	}
	if err := l.upgradeFunction(ctx, v); err != nil {
		return err
	}
	return l.installConfiguration(ctx, host, v)
}

// replaceFunction replaces the running function by the one in a package.
func (l *Lab) replaceFunction(file string) error {
	img, err := tarball.ImageFromPath(file, nil)
	if err != nil {
		return errors.Wrapf(err, "cannot read %s", file)
	}
	layers := mutate.Extract(img)
	defer layers.Close() //nolint:errcheck // It's read only.
	r := tar.NewReader(layers)
	for {
		h, err := r.Next()
		if err != nil {
			return errors.Wrapf(err, "cannot find the function in %s", file)
		}
		if h.Name == "function" {
			break
		}
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return errors.Wrapf(err, "cannot read the function in %s", file)
	}
	l.function.stop()
	// Write a new file: the former may be a cached build.
	if err := os.Remove(l.functionPath()); err != nil {
		return errors.Wrap(err, "cannot remove the former function")
	}
	if err := os.WriteFile(l.functionPath(), b, 0o700); err != nil {
		return errors.Wrap(err, "cannot write the function")
	}
	return l.function.start()
}

// upgradeFunction sets the function's version, because Crossplane retains one that
// satisfies the constraint. It deletes the revision that the lab created.
func (l *Lab) upgradeFunction(ctx context.Context, version string) error {
	revisions, err := l.Of(packageKind("FunctionRevision"), "")
	if err != nil {
		return err
	}
	if err := revisions.Delete(ctx, functionName+"-lab", metav1.DeleteOptions{}); err != nil && !kerrors.IsNotFound(err) {
		return errors.Wrap(err, "cannot delete the function's former revision")
	}
	functions, err := l.Of(packageKind("Function"), "")
	if err != nil {
		return err
	}
	patch := fmt.Appendf(nil, `{"spec":{"package":%q}}`, packageRegistry+organization+functionPackage+":"+version)
	if _, err := functions.Patch(ctx, functionName, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: fieldManager}); err != nil && !kerrors.IsNotFound(err) {
		return errors.Wrap(err, "cannot upgrade the function")
	}
	return nil
}
