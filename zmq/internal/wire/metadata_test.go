package wire

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestMetadataRoundTripAtEverySplit(t *testing.T) {
	want := Metadata{
		{PropertySocketType, []byte("ROUTER")},
		{PropertyIdentity, nil},
		{"X-All.name_chars+0", bytes.Repeat([]byte{0}, 300)},
		{strings.Repeat("n", 255), []byte("v")},
	}
	if err := want.Validate(); err != nil {
		t.Fatal(err)
	}
	b := want.Append(nil)
	boundary, whole := 0, 0
	for cut := range len(b) + 1 {
		m, err := ParseMetadata(b[:cut])
		if cut == boundary {
			if err != nil || len(m) != whole || !bytes.Equal(m.Append(nil), b[:cut]) {
				t.Fatalf("%d bytes: %v, %v", cut, m, err)
			}
			if whole < len(want) {
				boundary += want[whole : whole+1].size()
				whole++
			}
			continue
		}
		if !errors.Is(err, ErrMetadata) {
			t.Fatalf("%d bytes of %d: error is %v", cut, len(b), err)
		}
	}
}

// Names that must not be sent are accepted from a peer, as in libzmq.
func TestParseMetadataTakesAnyName(t *testing.T) {
	want := Metadata{{"", []byte("v")}, {"X y", nil}, {"\x00\xff", []byte("w")}}
	m, err := ParseMetadata(want.Append(nil))
	if err != nil || !bytes.Equal(m.Append(nil), want.Append(nil)) {
		t.Errorf("%q, %v", m, err)
	}
}

func TestMetadataIsACopy(t *testing.T) {
	b := Metadata{{"X-Name", []byte("value")}}.Append(nil)
	m, err := ParseMetadata(b)
	clear(b)
	if v, ok := m.Get("x-name"); string(v) != "value" || !ok || err != nil {
		t.Errorf("Get = %q, %v after the bytes were reused, %v", v, ok, err)
	}
}

func TestMetadataGet(t *testing.T) {
	m := Metadata{{"identity", []byte("first")}, {"IDENTITY", []byte("second")}}
	if v, ok := m.Get(PropertyIdentity); string(v) != "first" || !ok {
		t.Errorf("Get = %q, %v", v, ok)
	}
	if v, ok := m.Get("Resource"); v != nil || ok {
		t.Errorf("Get of nothing = %q, %v", v, ok)
	}
}

func TestParseMetadataErrors(t *testing.T) {
	for in, text := range map[string]string{
		"\x01":                        "cut off in a name of 1 bytes",
		"\x01N\x00\x00\x00":           "cut off in a name of 1 bytes",
		"\xffN\x00\x00\x00\x00":       "cut off in a name of 255 bytes",
		"\x01N\x00\x00\x00\x02v":      `"N" of 2 bytes, of which 1 are there`,
		"\x01N\xff\xff\xff\xffv":      `"N" of 4294967295 bytes, of which 1 are there`,
		"\x01N\x00\x00\x00\x01vtrail": "cut off in a name of 116 bytes",
	} {
		m, err := ParseMetadata([]byte(in))
		if m != nil {
			t.Errorf("%q gives %v", in, m)
		}
		wantError(t, err, ErrMetadata, text)
	}
}

func TestMetadataValidate(t *testing.T) {
	for name, text := range map[string]string{
		"X-Good":                 "",
		"":                       "a name of 0 bytes",
		strings.Repeat("n", 256): "a name of 256 bytes",
		"X:Colon":                "byte 0x3a in a name",
	} {
		wantError(t, Metadata{{Name: name}}.Validate(), ErrMetadata, text)
	}
}

func TestMetadataSocketType(t *testing.T) {
	if _, ok, err := (Metadata{}).SocketType(); ok || err != nil {
		t.Errorf("without the property: %v, %v", ok, err)
	}
	_, ok, err := Metadata{{PropertySocketType, []byte("DUCK")}}.SocketType()
	if ok {
		t.Error("there is no DUCK")
	}
	wantError(t, err, ErrSocketType, `"DUCK"`)
}

func TestMetadataIdentity(t *testing.T) {
	for id, text := range map[string]string{
		"":                       "",
		"name":                   "",
		strings.Repeat("i", 255): "",
		strings.Repeat("i", 256): "Identity of 256 bytes",
		"\x00":                   "begins with a zero byte",
	} {
		got, err := Metadata{{PropertyIdentity, []byte(id)}}.Identity()
		if text == "" && string(got) != id {
			t.Errorf("Identity = %q, want %q", got, id)
		}
		wantError(t, err, ErrMetadata, text)
	}
}

func FuzzParseMetadata(f *testing.F) {
	addGoldenBodies(f)
	f.Add(Metadata{{"X-Empty", nil}, {PropertyIdentity, []byte("id")}}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseMetadata(b)
		if err != nil {
			if !errors.Is(err, ErrMetadata) {
				t.Errorf("error %v is none of this package's", err)
			}
			return
		}
		if m.size() != len(b) {
			t.Errorf("size is %d, want %d", m.size(), len(b))
		}
		wantBytes(t, m.Append(nil), b)
	})
}
