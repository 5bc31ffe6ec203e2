package lab

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/crossplane/function-sdk-go/errors"
)

// validity of certificates. A lab seldom runs for more than a day.
const validity = 30 * 24 * time.Hour

// An authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	pem  []byte
}

func newAuthority(name string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, errors.Wrap(err, "cannot generate a key")
	}
	t := template(pkix.Name{CommonName: name})
	t.IsCA = true
	t.BasicConstraintsValid = true
	t.KeyUsage |= x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, errors.Wrap(err, "cannot create a certificate authority")
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert: cert, key: key, pem: encode("CERTIFICATE", der)}, errors.Wrap(err, "cannot parse our own certificate")
}

// parseAuthority parses an existing authority.
func parseAuthority(cert, key []byte) (*authority, error) {
	c, _ := pem.Decode(cert)
	k, _ := pem.Decode(key)
	if c == nil || k == nil {
		return nil, errors.New("cannot decode a certificate authority")
	}
	a := &authority{pem: cert}
	var err error
	if a.cert, err = x509.ParseCertificate(c.Bytes); err != nil {
		return nil, errors.Wrap(err, "cannot parse a certificate authority")
	}
	if r, err := x509.ParsePKCS1PrivateKey(k.Bytes); err == nil {
		a.key = r
		return a, nil
	}
	p, err := x509.ParsePKCS8PrivateKey(k.Bytes)
	if err != nil {
		return nil, errors.Wrap(err, "cannot parse the key of a certificate authority")
	}
	s, ok := p.(crypto.Signer)
	if !ok {
		return nil, errors.Errorf("cannot sign with a %T", p)
	}
	a.key = s
	return a, nil
}

// issue issues a certificate, and writes it and its key to a folder.
func (a *authority) issue(dir, name string, subject pkix.Name, usage x509.ExtKeyUsage, hosts ...string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return errors.Wrap(err, "cannot generate a key")
	}
	t := template(subject)
	t.ExtKeyUsage = []x509.ExtKeyUsage{usage}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
			continue
		}
		t.DNSNames = append(t.DNSNames, h)
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, key.Public(), a.key)
	if err != nil {
		return errors.Wrapf(err, "cannot issue a certificate for %s", name)
	}
	k, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return errors.Wrapf(err, "cannot encode the key of %s", name)
	}
	if err := write(filepath.Join(dir, name+".crt"), encode("CERTIFICATE", der)); err != nil {
		return err
	}
	return write(filepath.Join(dir, name+".key"), encode("PRIVATE KEY", k))
}

// signingKey writes a key pair for tokens of service accounts.
func signingKey(dir, name string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return errors.Wrap(err, "cannot generate a key")
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return errors.Wrap(err, "cannot encode a key")
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return errors.Wrap(err, "cannot encode a key")
	}
	if err := write(filepath.Join(dir, name+".key"), encode("EC PRIVATE KEY", private)); err != nil {
		return err
	}
	return write(filepath.Join(dir, name+".pub"), encode("PUBLIC KEY", public))
}

func template(subject pkix.Name) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)) // Never fails.
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    time.Now().Add(-time.Minute),
		NotAfter:     time.Now().Add(validity),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return errors.Wrap(err, "cannot create a folder")
	}
	return errors.Wrap(os.WriteFile(path, content, 0o600), "cannot write a file")
}
