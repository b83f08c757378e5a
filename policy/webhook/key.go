package webhook

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
)

// signingPrefix begins a secret that is a key in base64, as Standard Webhooks and GitLab's signing tokens write it.
const signingPrefix = "whsec_"

// Key is the secret that a provider and a pipeline share.
type Key struct {
	secret []byte
	// signing says that the secret was written as a signing token of Standard Webhooks: only such signatures count.
	signing bool
}

// NewKey reads the content of a secret file; spaces and line ends around it do not count. The error quotes nothing of it.
func (r Rule) NewKey(content []byte) (Key, error) {
	text := bytes.Clone(bytes.TrimSpace(content))
	encoded, signing := strings.CutPrefix(string(text), signingPrefix)
	signing = signing && (r.Provider == GitLab || r.Provider == Generic)
	switch {
	case signing:
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return Key{}, errors.New("holds a signing token that is no base64 behind whsec_")
		}
		text = key
	case r.Provider == GitLab && r.Signed:
		return Key{}, errors.New("is no signing token (whsec_…), which replay_window needs with GitLab")
	}
	if len(text) == 0 {
		return Key{}, errors.New("holds no secret")
	}
	return Key{secret: text, signing: signing}, nil
}
