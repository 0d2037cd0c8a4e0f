// Page links: short, opaque, and only as this server made them. What was asked does not show in them, so that values of a search
// sent in a body don't end up in the logs of proxies.

using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>What a page link stands for.</summary>
/// <param name="Path">The address without base and query, such as <c>Patient</c>.</param>
/// <param name="Query">The query string of the first page.</param>
/// <param name="Cursor">The store's cursor.</param>
public sealed record PageLink(string Path, string Query, string Cursor);

/// <summary>Makes and reads the value of the parameter <c>_page</c>. The key lies under the data path or in the store, so links outlive a restart.</summary>
public sealed class PageLinks : IDisposable
{
    /// <summary>The parameter of a page link.</summary>
    public const string Parameter = "_page";

    private const string Kind = "page-links";
    private const string RecordId = "key";
    private const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int MaxTextSize = 1024 * 1024;

    // Links come in few lengths, since the numbers in a cursor have more digits the more there is that its reader may not see.
    private const int Step = 48;

    // A cipher is not for several threads at once.
    private readonly ThreadLocal<AesGcm> _cipher;

    private PageLinks(byte[] key) => _cipher = new ThreadLocal<AesGcm>(() => new AesGcm(key, TagSize), trackAllValues: true);

    /// <summary>Reads the key, or makes one.</summary>
    public static PageLinks Open(string dataPath)
    {
        Directory.CreateDirectory(dataPath);
        var path = Path.Combine(dataPath, "page-links.key");
        if (!File.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(path, options);
            file.Write(RandomNumberGenerator.GetBytes(KeySize));
        }

        var key = File.ReadAllBytes(path);
        return key.Length == KeySize
            ? new PageLinks(key)
            : throw new InvalidDataException($"{path} is not a key of 32 bytes; delete it and a new one is made (page links given before then end).");
    }

    /// <summary>Reads the key that the servers of a store share, or makes one: a link of one of them is good at each.</summary>
    /// <exception cref="StoreException">The store does not answer, or its record is no key.</exception>
    public static async Task<PageLinks> OpenSharedAsync(IStateStore state, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(state);

        // Of several servers that make one at the same time one writes it, and the others read that.
        await state.PutAsync(new StateRecord(Kind, RecordId, RandomNumberGenerator.GetBytes(KeySize)), 0, cancel);
        return await state.FindAsync(Kind, RecordId, cancel) is { Body.Length: KeySize } found
            ? new PageLinks(found.Body.ToArray())
            : throw new StoreException("The key of page links in the store is damaged.");
    }

    /// <summary>The value of <c>_page</c> for a link. The path is sealed with it, but not in it: the address has it.</summary>
    public string Protect(PageLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        var plain = Pack(link);
        var token = new byte[NonceSize + plain.Length + TagSize];
        var nonce = token.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        _cipher.Value!.Encrypt(
            nonce, plain, token.AsSpan(NonceSize, plain.Length), token.AsSpan(NonceSize + plain.Length), Encoding.UTF8.GetBytes(link.Path));
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The link of a value of <c>_page</c>; null if this server did not make it for that path.</summary>
    public PageLink? Unprotect(string value, string path)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length > MaxTextSize || !Base64Url.IsValid(value))
            return null;
        var token = Base64Url.DecodeFromChars(value);
        if (token.Length < NonceSize + TagSize + 1)
            return null;
        var plain = new byte[token.Length - NonceSize - TagSize];
        try
        {
            _cipher.Value!.Decrypt(
                token.AsSpan(0, NonceSize), token.AsSpan(NonceSize, plain.Length), token.AsSpan(NonceSize + plain.Length), plain, Encoding.UTF8.GetBytes(path));
        }
        catch (CryptographicException)
        {
            return null;
        }

        return Unpack(plain, path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var cipher in _cipher.Values)
            cipher.Dispose();
        _cipher.Dispose();
    }

    // A cursor in the alphabet of base64url is kept as its bytes. A long query is compressed; a short one would only grow.
    private static byte[] Pack(PageLink link)
    {
        using var packed = new MemoryStream();
        using var writer = new BinaryWriter(packed);
        var isText = !Base64Url.IsValid(link.Cursor) || Base64Url.EncodeToString(Base64Url.DecodeFromChars(link.Cursor)) != link.Cursor;
        var cursor = isText ? Encoding.UTF8.GetBytes(link.Cursor) : Base64Url.DecodeFromChars(link.Cursor);
        var query = Encoding.UTF8.GetBytes(link.Query);
        var compressed = new byte[BrotliEncoder.GetMaxCompressedLength(query.Length)];
        var isCompressed = BrotliEncoder.TryCompress(query, compressed, out var length, quality: 5, window: 18) && length + 1 < query.Length;
        writer.Write7BitEncodedInt((cursor.Length << 1) | (isText ? 1 : 0));
        writer.Write(cursor);
        writer.Write7BitEncodedInt(isCompressed ? query.Length : 0);
        var kept = isCompressed ? compressed.AsSpan(0, length) : query;
        writer.Write7BitEncodedInt(kept.Length);
        writer.Write(kept);
        packed.SetLength((packed.Length + Step - 1) / Step * Step);
        return packed.ToArray();
    }

    private static PageLink? Unpack(byte[] plain, string path)
    {
        using var packed = new MemoryStream(plain);
        using var reader = new BinaryReader(packed);
        var length = reader.Read7BitEncodedInt();
        var bytes = reader.ReadBytes(length >> 1);
        var cursor = (length & 1) == 1 ? Encoding.UTF8.GetString(bytes) : Base64Url.EncodeToString(bytes);
        var uncompressed = reader.Read7BitEncodedInt();
        var kept = reader.Read7BitEncodedInt();
        var query = plain.AsSpan((int)packed.Position, kept);
        if (uncompressed == 0)
            return new PageLink(path, Encoding.UTF8.GetString(query), cursor);
        var text = new byte[uncompressed];
        return BrotliDecoder.TryDecompress(query, text, out var written) ? new PageLink(path, Encoding.UTF8.GetString(text, 0, written), cursor) : null;
    }
}
