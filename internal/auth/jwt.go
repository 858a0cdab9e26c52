package auth

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// keys are the keys that tokens may be signed with, by algorithm. The key decides
// its algorithm, not the token: a public key is never used as an HMAC key,
// whatever the header of a token says.
type keys map[string][]jwt.VerificationKey

// newJWT returns a verifier of JWTs. It refuses those without an expiry: they
// could never be revoked.
func newJWT(s Settings, secret []byte) (*Verifier, error) {
	known, err := parseKeys(secret)
	if err != nil {
		return nil, err
	}
	var methods []string
	for method := range known {
		methods = append(methods, method)
	}
	options := []jwt.ParserOption{
		jwt.WithValidMethods(methods), jwt.WithExpirationRequired(), jwt.WithLeeway(s.Leeway), jwt.WithStrictDecoding(),
	}
	if s.Audience != "" {
		options = append(options, jwt.WithAudience(s.Audience))
	}
	parser := jwt.NewParser(options...)
	return &Verifier{check: func(token string) *Refusal {
		if strings.ContainsAny(token, "\r\n") {
			return refusalOf(jwt.ErrTokenMalformed) // the decoder would skip them
		}
		// A map, because the names of claims are case-sensitive (RFC 7519 section
		// 4), which encoding/json's fields are not.
		parsed, err := parser.ParseWithClaims(token, jwt.MapClaims{}, known.find)
		if err == nil && parsed.Header["crit"] != nil {
			err = jwt.ErrTokenUnverifiable // no extension is understood here: RFC 7515 section 4.1.11
		}
		return refusalOf(err)
	}}, nil
}

// find returns the keys that the token may be signed with.
func (k keys) find(t *jwt.Token) (any, error) {
	return jwt.VerificationKeySet{Keys: k[t.Method.Alg()]}, nil
}

// refusalOf translates an error of the parser. Clients do not get its text: it
// would help to forge tokens.
func refusalOf(err error) *Refusal {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jwt.ErrTokenExpired):
		return &Refusal{TokenExpired, "The token has expired: get a new one."}
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return &Refusal{TokenNotYetValid, "The token is not valid yet: try again later."}
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		return &Refusal{TokenInvalid, "The token is meant for somebody else: its audience is another."}
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return &Refusal{TokenInvalid, "The token lacks a claim that is asked for here, such as exp."}
	}
	return &Refusal{TokenInvalid, "The token is not one that is accepted here."}
}

// minHMAC is the least length of an HS256 key, in bytes (RFC 7518 section 3.2).
const minHMAC = 32

// parseKeys parses public keys in PEM. A secret without PEM is the key of HS256,
// without the white space around it.
func parseKeys(secret []byte) (keys, error) {
	secret = bytes.TrimSpace(secret)
	if !bytes.Contains(secret, []byte("-----BEGIN")) {
		if len(secret) < minHMAC {
			return nil, fmt.Errorf("auth: a key for HS256 needs at least %d bytes: make one with \"openssl rand -hex 32\"", minHMAC)
		}
		return keys{jwt.SigningMethodHS256.Alg(): {secret}}, nil
	}
	known := keys{}
	for rest := secret; len(rest) > 0; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, errors.New("auth: the key file is malformed: it must hold PEM blocks and nothing else")
		}
		if err := known.add(block); err != nil {
			return nil, fmt.Errorf("auth: %w", err)
		}
		rest = bytes.TrimSpace(rest)
	}
	return known, nil
}

func (k keys) add(block *pem.Block) error {
	key, err := parseBlock(block)
	if err != nil {
		return err
	}
	switch key := key.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < 2048 {
			return fmt.Errorf("an RSA key of %d bits is too short: use 2048 or more", key.N.BitLen())
		}
		k.append(jwt.SigningMethodRS256, key)
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			return fmt.Errorf("the key's curve is %s: ES256 uses P-256", key.Curve.Params().Name)
		}
		k.append(jwt.SigningMethodES256, key)
	default:
		return fmt.Errorf("a key of type %T serves neither RS256 nor ES256", key)
	}
	return nil
}

func (k keys) append(method jwt.SigningMethod, key jwt.VerificationKey) {
	k[method.Alg()] = append(slices.Clip(k[method.Alg()]), key)
}

func parseBlock(block *pem.Block) (key any, err error) {
	switch {
	case strings.Contains(block.Type, "PRIVATE KEY"):
		return nil, errors.New("the key file holds a private key: use the public key, which is all that the server needs")
	case block.Type == "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case block.Type == "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case block.Type == "CERTIFICATE":
		var c *x509.Certificate
		if c, err = x509.ParseCertificate(block.Bytes); err == nil {
			key = c.PublicKey
		}
	default:
		return nil, fmt.Errorf("a PEM block %q holds no public key", block.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("the key cannot be parsed: %w", err)
	}
	return key, nil
}
