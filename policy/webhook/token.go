package webhook

import (
	"crypto/hmac"
	"encoding/hex"
	"strconv"
)

// Token lets whoever got the answer to a hook look at its run, and at no other. It is worth as much as the secret is: with
// another secret it is another token.
func (k Key) Token(pipeline string, run int) string {
	return hex.EncodeToString(k.mac("unitd status of a run\x00"+pipeline+"\x00"+strconv.Itoa(run), nil)[:16])
}

// Admits says whether a token is that of a run. How long that takes tells nothing of it.
func (k Key) Admits(token, pipeline string, run int) bool {
	return hmac.Equal([]byte(token), []byte(k.Token(pipeline, run)))
}
