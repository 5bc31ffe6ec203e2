# syntax=docker/dockerfile:1

# The image in the Function package. Crossplane's function template builds the same way.

# Build on the native platform: Go cross-compiles, and emulating another processor would be
# many times slower. The Go version is that in tools/go-version.
FROM --platform=${BUILDPLATFORM} golang:1.27.3 AS build
WORKDIR /fn

# Without cgo the binary is static, and runs on an image without a C library.
ENV CGO_ENABLED=0

# A separate layer, so that code changes download no modules again.
RUN --mount=type=bind,source=go.mod,target=go.mod \
    --mount=type=bind,source=go.sum,target=go.sum \
    --mount=type=cache,target=/go/pkg/mod \
    go mod download

ARG TARGETOS
ARG TARGETARCH

# What function-seafarer-cluster --version reports: docker build --build-arg VERSION=v0.1.0.
ARG VERSION

# Mount the source instead of copying it, and retain caches: the providers' Go types are
# large. -trimpath omits the builder's paths, so that the build is reproducible; -s -w omits
# debug information.
RUN --mount=target=. \
    --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    GOOS=${TARGETOS} GOARCH=${TARGETARCH} go build -trimpath -buildvcs=false -ldflags "-s -w -X github.com/seafarer-cloud/function-seafarer-cluster/internal/cli.version=${VERSION}" -o /function .

# Only the function: it opens no connections, so it needs no CA certificates. make package
# builds the same without Docker (tools/pack/image.go).
FROM scratch AS image
COPY --from=build /function /function

# Crossplane calls functions on this port.
EXPOSE 9443

# A number: a kubelet cannot verify that a name isn't root's.
USER 65532:65532
ENTRYPOINT ["/function"]
