package function

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHandleEchoesTheBody(t *testing.T) {
	answer := httptest.NewRecorder()
	Handle(answer, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("hello")))

	if answer.Code != http.StatusOK {
		t.Fatalf("status %d, want %d", answer.Code, http.StatusOK)
	}
	if got, want := answer.Body.String(), "Body: hello"; got != want {
		t.Fatalf("body %q, want %q", got, want)
	}
}
