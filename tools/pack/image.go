package pack

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/crossplane/function-sdk-go/errors"
)

// Configuration of the image, as in the Dockerfile. The user is a number: a kubelet cannot
// verify that a name isn't root's.
const (
	nonroot    = "65532:65532"
	entrypoint = "/function"
	port       = "9443/tcp"

	systemOfImages = "linux"
)

// Image with only the function, as in the Dockerfile.
func Image(binary, arch string) (v1.Image, error) {
	layer, err := layerOf(binary)
	if err != nil {
		return nil, err
	}
	img, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.OCIManifestSchema1), layer)
	if err != nil {
		return nil, errors.Wrap(err, "cannot make an image")
	}
	c, err := img.ConfigFile()
	if err != nil {
		return nil, errors.Wrap(err, "cannot configure an image")
	}
	c = c.DeepCopy()
	c.OS, c.Architecture = systemOfImages, arch
	c.Config.User = nonroot
	c.Config.Entrypoint = []string{entrypoint}
	c.Config.ExposedPorts = map[string]struct{}{port: {}}
	img, err = mutate.ConfigFile(mutate.ConfigMediaType(img, types.OCIConfigJSON), c)
	return img, errors.Wrap(err, "cannot configure an image")
}

// layerOf one file, without a time.
func layerOf(binary string) (v1.Layer, error) {
	b, err := os.ReadFile(filepath.Clean(binary))
	if err != nil {
		return nil, errors.Wrap(err, "cannot read the function")
	}
	buf := &bytes.Buffer{}
	w := tar.NewWriter(buf)
	if err := w.WriteHeader(&tar.Header{Name: strings.TrimPrefix(entrypoint, "/"), Mode: 0o755, Size: int64(len(b)), Format: tar.FormatPAX}); err != nil {
		return nil, errors.Wrap(err, "cannot write a layer")
	}
	if _, err := w.Write(b); err != nil {
		return nil, errors.Wrap(err, "cannot write a layer")
	}
	if err := w.Close(); err != nil {
		return nil, errors.Wrap(err, "cannot write a layer")
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(buf.Bytes())), nil }
	l, err := tarball.LayerFromOpener(open, tarball.WithMediaType(types.OCILayer))
	return l, errors.Wrap(err, "cannot make a layer")
}

// WriteTarball of an image, which the CLI embeds in a package.
func WriteTarball(img v1.Image, path string) error {
	tag, err := name.NewTag("function:local")
	if err != nil {
		return errors.Wrap(err, "cannot tag an image")
	}
	return errors.Wrap(tarball.WriteToFile(path, tag, img), "cannot write an image")
}

// Images of one program, by architecture.
type Images []v1.Image

// WriteLayout writes an OCI layout with an index of all images.
func (is Images) WriteLayout(dir string) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, img := range is {
		c, err := img.ConfigFile()
		if err != nil {
			return errors.Wrap(err, "cannot read an image")
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        img,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: c.OS, Architecture: c.Architecture}},
		})
	}
	_, err := layout.Write(dir, index)
	return errors.Wrap(err, "cannot write images")
}
