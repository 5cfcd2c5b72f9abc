// Checks and makes logs with the Go project's own packages for signed notes and transparency logs
// (golang.org/x/mod/sumdb/note and tlog), for the tests of interoperation.
//
//	gotlog check DIR VKEY            verify checkpoint, tiles, leaves; prove and check each leaf and size
//	gotlog make DIR ORIGIN N         write a log of N leaves and proofs.json
//	gotlog proof VKEY PROOF          check a tlog-proof file
//	gotlog cosigned FILE VKEY WKEY   check that a log and a witness signed a checkpoint
package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func fail(format string, args ...interface{}) { must(fmt.Errorf(format, args...)) }

// open verifies a checkpoint and returns its tree.
func open(raw []byte, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	must(err)
	opened, err := note.Open(raw, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		fail("origin %q is not the key's name", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	hash, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: hash}
}

type folder string

func (f folder) Height() int { return 8 }

func (f folder) path(t tlog.Tile) string {
	return filepath.Join(string(f), strings.Replace(t.Path(), "tile/8/", "tile/", 1))
}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		raw, err := os.ReadFile(f.path(t))
		if err != nil {
			return nil, err
		}
		all = append(all, raw)
	}
	return all, nil
}

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (f folder) bundle(n int64, width int) string {
	t := tlog.Tile{H: 8, L: 0, N: n, W: width}
	return filepath.Join(string(f), strings.Replace(t.Path(), "tile/8/0/", "tile/entries/", 1))
}

func check(dir, vkey string) {
	raw, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	must(err)
	tree := open(raw, vkey)
	f := folder(dir)
	reader := tlog.TileHashReader(tree, f)
	leaf := int64(0)
	for n := int64(0); n*256 < tree.N; n++ {
		width := 256
		if tree.N-n*256 < 256 {
			width = int(tree.N - n*256)
		}
		data, err := os.ReadFile(f.bundle(n, width))
		must(err)
		for len(data) > 0 {
			size := int(binary.BigEndian.Uint16(data))
			hash := tlog.RecordHash(data[2 : 2+size])
			proof, err := tlog.ProveRecord(tree.N, leaf, reader)
			must(err)
			must(tlog.CheckRecord(proof, tree.N, tree.Hash, leaf, hash))
			data = data[2+size:]
			leaf++
		}
	}
	if leaf != tree.N {
		fail("%d leaves of %d", leaf, tree.N)
	}
	for n := int64(1); n < tree.N; n += 1 + tree.N/50 {
		old, err := tlog.TreeHash(n, reader)
		must(err)
		proof, err := tlog.ProveTree(tree.N, n, reader)
		must(err)
		must(tlog.CheckTree(proof, tree.N, tree.Hash, n, old))
	}
	fmt.Printf("%d leaves, root %s\n", tree.N, tree.Hash)
}

type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, i := range indexes {
		all = append(all, m[i])
	}
	return all, nil
}

type inclusion struct {
	Index int64
	Leaf  tlog.Hash
	Path  []tlog.Hash
}

type consistency struct {
	Old  int64
	Root tlog.Hash
	Path []tlog.Hash
}

func write(path string, raw []byte) {
	must(os.MkdirAll(filepath.Dir(path), 0o755))
	must(os.WriteFile(path, raw, 0o644))
}

func makeLog(dir, origin string, count int64) {
	var hashes memory
	var bundle []byte
	f := folder(dir)
	for n := int64(0); n < count; n++ {
		leaf := []byte(fmt.Sprintf("{\"n\":%d}", n))
		more, err := tlog.StoredHashes(n, leaf, hashes)
		must(err)
		hashes = append(hashes, more...)
		bundle = append(bundle, byte(len(leaf)>>8), byte(len(leaf)))
		bundle = append(bundle, leaf...)
		if (n+1)%256 == 0 || n+1 == count {
			write(f.bundle(n/256, int(n%256)+1), bundle)
			bundle = nil
		}
	}
	for _, t := range tlog.NewTiles(8, 0, count) {
		data, err := tlog.ReadTileData(t, hashes)
		must(err)
		write(f.path(t), data)
	}
	root, err := tlog.TreeHash(count, hashes)
	must(err)
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	must(err)
	signer, err := note.NewSigner(skey)
	must(err)
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", origin, count, root)}, signer)
	must(err)
	write(filepath.Join(dir, "checkpoint"), signed)
	write(filepath.Join(dir, "go.vkey"), []byte(vkey+"\n"))
	write(filepath.Join(dir, "go.skey"), []byte(skey+"\n"))
	var proofs struct {
		Inclusion   []inclusion
		Consistency []consistency
	}
	for n := int64(0); n < count; n += 1 + count/40 {
		path, err := tlog.ProveRecord(count, n, hashes)
		must(err)
		leaf := hashes[tlog.StoredHashIndex(0, n)]
		proofs.Inclusion = append(proofs.Inclusion, inclusion{n, leaf, path})
		if n > 0 {
			path, err := tlog.ProveTree(count, n, hashes)
			must(err)
			old, err := tlog.TreeHash(n, hashes)
			must(err)
			proofs.Consistency = append(proofs.Consistency, consistency{n, old, path})
		}
	}
	raw, err := json.Marshal(proofs)
	must(err)
	write(filepath.Join(dir, "proofs.json"), raw)
}

func checkProof(vkey, path string) {
	raw, err := os.ReadFile(path)
	must(err)
	parts := strings.SplitN(string(raw), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	tree := open([]byte(parts[1]), vkey)
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	must(err)
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	must(err)
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		must(err)
		proof = append(proof, hash)
	}
	must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)))
	fmt.Printf("leaf %d of %d\n", index, tree.N)
}

// witness verifies cosignature/v1 lines (C2SP tlog-cosignature), which x/mod leaves to its users.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.hash }
func (w witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(w.key, append([]byte(head), msg...), sig[8:])
}

func cosigned(path, vkey, wkey string) {
	raw, err := os.ReadFile(path)
	must(err)
	parts := strings.SplitN(wkey, "+", 3)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	must(err)
	if key[0] != 4 {
		fail("a witness's key is of kind 4, not %d", key[0])
	}
	hash := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	w := witness{parts[0], binary.BigEndian.Uint32(hash[:]), ed25519.PublicKey(key[1:])}
	if fmt.Sprintf("%08x", w.hash) != parts[1] {
		fail("key id %s is not %08x", parts[1], w.hash)
	}
	log, err := note.NewVerifier(vkey)
	must(err)
	opened, err := note.Open(raw, note.VerifierList(log, w))
	must(err)
	if len(opened.Sigs) != 2 || len(opened.UnverifiedSigs) != 0 {
		fail("%d signatures verified", len(opened.Sigs))
	}
	fmt.Println("cosigned")
}

func main() {
	switch args := os.Args[1:]; args[0] {
	case "check":
		check(args[1], args[2])
	case "make":
		count, err := strconv.ParseInt(args[3], 10, 64)
		must(err)
		makeLog(args[1], args[2], count)
	case "proof":
		checkProof(args[1], args[2])
	case "cosigned":
		cosigned(args[1], args[2], args[3])
	}
}
