package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Header gives the first value of a header by its name in any case, "" where there is none; http.Header is one.
type Header interface{ Get(name string) string }

// Seal is what the headers of a request claim about its body. It is not known to be true before Holds says so.
type Seal struct {
	key Key
	// macs are HMACs of prefix and body, of which one has to be right; token is the secret itself, where a provider sends that.
	macs   [][]byte
	prefix string
	token  string
	// SignedID is an id of the delivery that the seal covers, "": it covers none.
	SignedID string
}

// errNoSignature says that a request does not even claim to come from a provider.
var errNoSignature = errors.New("it carries no signature")

// Seal reads what the headers claim, before anything of the body is there. The error says for the log why no body could
// make them true.
func (r Rule) Seal(key Key, h Header, now time.Time) (Seal, error) {
	seal := Seal{key: key}
	if key.signing || r.Signed && r.Provider == Generic {
		return r.standard(seal, h, now)
	}
	var header, prefix string
	switch r.Provider {
	case GitLab:
		// https://docs.gitlab.com/user/project/integrations/webhooks/: the secret token comes as it is.
		if seal.token = h.Get("X-Gitlab-Token"); seal.token == "" {
			return Seal{}, errNoSignature
		}
		return seal, nil
	case Gitea, Forgejo:
		// https://forgejo.org/docs/latest/user/webhooks/: plain hexadecimal. Where both headers are there one rules.
		header = "X-Forgejo-Signature"
		if h.Get(header) == "" {
			header = "X-Gitea-Signature"
		}
	case Bitbucket:
		// https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/
		header, prefix = "X-Hub-Signature", "sha256="
	default:
		// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
		header, prefix = "X-Hub-Signature-256", "sha256="
	}
	text := h.Get(header)
	if text == "" {
		return Seal{}, errNoSignature
	}
	mac, ok := strings.CutPrefix(text, prefix)
	sum, err := hex.DecodeString(mac)
	if !ok || err != nil || len(sum) != sha256.Size {
		return Seal{}, fmt.Errorf("%s is no HMAC-SHA256", header)
	}
	seal.macs = [][]byte{sum}
	return seal, nil
}

// maxSignatures bounds how many signatures of one request are tried: there are two while a secret is replaced.
const maxSignatures = 5

// standard reads the headers of Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks), which GitLab
// sends with a signing token: the signature covers an id and a time beside the body.
func (r Rule) standard(seal Seal, h Header, now time.Time) (Seal, error) {
	id, at, signatures := h.Get("Webhook-Id"), h.Get("Webhook-Timestamp"), h.Get("Webhook-Signature")
	if id == "" || at == "" || signatures == "" {
		return Seal{}, errNoSignature
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return Seal{}, errors.New("webhook-timestamp is no number of seconds")
	}
	// Not by time.Time, whose difference ends at 292 years.
	if away := now.Unix() - seconds; away > int64(r.Window/time.Second) || away < -int64(r.Window/time.Second) {
		return Seal{}, fmt.Errorf("it was signed at another time than now, by more than %v", r.Window)
	}
	for i, one := range strings.Fields(signatures) {
		encoded, ok := strings.CutPrefix(one, "v1,")
		mac, err := base64.StdEncoding.DecodeString(encoded)
		if i < maxSignatures && ok && err == nil && len(mac) == sha256.Size {
			seal.macs = append(seal.macs, mac)
		}
	}
	if len(seal.macs) == 0 {
		return Seal{}, errors.New("webhook-signature has no signature of kind v1")
	}
	seal.prefix, seal.SignedID = id+"."+at+".", id
	return seal, nil
}

// Holds says whether the seal was made with the secret, over this body. How long that takes tells nothing of the secret.
func (s Seal) Holds(body []byte) bool {
	if s.token != "" {
		// Of digests, since a comparison tells how long the two are.
		sent, own := sha256.Sum256([]byte(s.token)), sha256.Sum256(s.key.secret)
		return hmac.Equal(sent[:], own[:])
	}
	own := s.key.mac(s.prefix, body)
	holds := false
	for _, mac := range s.macs {
		holds = hmac.Equal(mac, own) || holds
	}
	return holds
}

func (k Key) mac(prefix string, body []byte) []byte {
	h := hmac.New(sha256.New, k.secret)
	h.Write([]byte(prefix))
	h.Write(body)
	return h.Sum(nil)
}
