package alert

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"unitd/internal/version"
)

// Request is a text to be posted.
type Request struct {
	URL     string
	Headers map[string]string
	Body    []byte
	// Secret says that of the request nothing may show in an error, nor of the answer, which may repeat it.
	Secret bool

	roots *x509.CertPool // nil: those of the host
}

const (
	maxAnswer       = 4 << 10 // bytes of an answer that are read
	maxAnswerHeader = 64 << 10
	maxQuoted       = 200 // bytes of an answer that an error quotes
)

// Post posts a text and is content with an answer from 200 to 299. It follows no redirect: where that leads nobody has said
// in a unit file, and headers that hold a secret would go with it. Proxies are those of HTTPS_PROXY and its like. Errors
// hold neither the URL nor a header; one that is a *Refusal is final.
func Post(ctx context.Context, r Request) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return &Refusal{"the url cannot be used"}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "unitd/"+version.Version)
	for name, value := range r.Headers {
		request.Header.Set(name, value)
	}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, DisableCompression: true,
		MaxResponseHeaderBytes: maxAnswerHeader, TLSClientConfig: &tls.Config{RootCAs: r.roots},
	}
	defer transport.CloseIdleConnections()
	client := http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	if err != nil {
		return unanswered(ctx, err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer)) // what is there is enough
	return judge(answer, text, r.Secret)
}

// judge says what an answer means.
func judge(answer *http.Response, text []byte, secret bool) error {
	code := answer.StatusCode
	words := fmt.Sprintf("it answered %d", code)
	if name := http.StatusText(code); name != "" {
		words += " " + name
	}
	if quoted := firstLine(text); quoted != "" && !secret {
		words += ": " + quoted
	}
	switch {
	case code >= 200 && code < 300:
		return nil
	case code >= 300 && code < 400:
		return &Refusal{words + "; redirects are not followed, give the url that they lead to"}
	case code == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After")) // a date, or none: the usual pause
		return &later{errors.New(words), time.Duration(max(seconds, 0)) * time.Second}
	case code == http.StatusRequestTimeout, code >= 500:
		return errors.New(words)
	}
	return &Refusal{words}
}

// firstLine is the begin of a text, if it is one that people can read.
func firstLine(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	line = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(line, ""))
	if len(line) > maxQuoted {
		line = strings.ToValidUTF8(line[:maxQuoted], "") + "…"
	}
	return line
}

// unanswered says why there was no answer, in words that name neither host nor path.
func unanswered(ctx context.Context, err error) error {
	var (
		dns       *net.DNSError
		unknown   x509.UnknownAuthorityError
		roots     x509.SystemRootsError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		no        syscall.Errno
		handshake tls.RecordHeaderError
	)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return errors.New("no answer in time")
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &dns) && dns.IsNotFound:
		return errors.New("its host name is not known")
	case errors.As(err, &dns):
		return errors.New("its host name could not be looked up")
	case errors.As(err, &roots), errors.As(err, &unknown) && withoutRoots():
		return &Refusal{"no certificate can be checked: this host has no CA files where they are looked for (/etc/ssl/certs/ca-certificates.crt and the like); name one by SSL_CERT_FILE in the environment of unitd"}
	case errors.As(err, &unknown):
		return &Refusal{"its certificate is signed by nobody that this host trusts"}
	case errors.As(err, &name):
		return &Refusal{"its certificate is that of another host"}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return &Refusal{"its certificate has expired, or is not valid yet"}
	case errors.As(err, &invalid):
		return &Refusal{"its certificate cannot be used for a server"}
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &handshake):
		return &Refusal{"it does not speak TLS: is it http:// instead of https://?"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it closed the connection without an answer")
	case errors.As(err, &no):
		return errors.New(no.Error())
	}
	return errors.New("its answer is not HTTP, or too large")
}

// withoutRoots reports a host on which no certificate of an authority is found.
func withoutRoots() bool {
	pool, err := x509.SystemCertPool()
	return err != nil || pool.Equal(x509.NewCertPool())
}
