// The one secret outside of the database: a file with the key that protects all other keys.

using System.Security.Cryptography;
using System.Text;
using FhirHub.Storage;

namespace FhirHub.Smart;

/// <summary>The key file can't be used; the message says what to do.</summary>
public sealed class KeyFileException(string message) : IOException(message);

/// <summary>
/// The key of the key file (<see cref="SmartOptions.KeyFile"/>), so that whoever copies the database alone has no key that signs or protects anything.
/// Keys of single purposes are derived from it (RFC 5869).
/// </summary>
internal sealed class KeyFile
{
    /// <summary>The kind of the record that tells which key file belongs to the database.</summary>
    public const string Kind = "key-file";

    private const string RecordId = "file";
    private const int Length = 32;

    private readonly byte[] _secret;

    private KeyFile(byte[] secret) => _secret = secret;

    /// <summary>Reads the file; makes it if neither it nor anything protected by it exists.</summary>
    /// <param name="options">The path, and whether a file that is lost may be replaced.</param>
    /// <param name="store">The database that it must belong to.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="KeyFileException">It is missing, damaged, or of another database.</exception>
    public static async Task<KeyFile> OpenAsync(SmartOptions options, IStateStore store, CancellationToken cancel)
    {
        var path = Path.GetFullPath(options.KeyFile);
        var checks = new StateSet<KeyCheck>(store, Kind);
        var known = await checks.FindAsync(RecordId, cancel);
        if (!File.Exists(path))
        {
            if (known is not null && !options.ResetKeys)
            {
                throw new KeyFileException(
                    $"FhirHub:Auth:KeyFile is '{path}', which does not exist, and keys in the database are protected by it. Put it back from its backup, or, for a second server, "
                    + "copy that of the first. If it is lost, start with FhirHub:Auth:ResetKeys=true: everybody must sign in again, and second factors must be set up anew.");
            }

            if (known is not null)
                await ResetAsync(store, known, cancel);
            known = null;
            Create(path);
        }

        var file = new KeyFile(Read(path));
        var check = Convert.ToBase64String(file.Derive("check"));
        known ??= await checks.AddAsync(RecordId, new KeyCheck(check), cancel: cancel) ?? await checks.FindAsync(RecordId, cancel);
        if (known is null || !Secret.AreEqual(known.Value.Check, check))
        {
            throw new KeyFileException(
                $"FhirHub:Auth:KeyFile is '{path}', which is the key file of another database. Put the right one there: that of this database's backup, or of the server that shares it.");
        }

        return file;
    }

    /// <summary>The key for one purpose: 256 bits that tell nothing of those for others.</summary>
    public byte[] Derive(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _secret, Length, info: Encoding.UTF8.GetBytes($"FhirHub {purpose}"));

    // All that only the lost file could open; the record that decides goes last, so that a reset that is interrupted is done again.
    private static async Task ResetAsync(IStateStore store, Kept<KeyCheck> known, CancellationToken cancel)
    {
        foreach (var kind in (string[])[StateXmlRepository.Kind, SigningKeys.Kind])
        {
            while (await store.ListAsync(new StateQuery(kind), cancel) is { Count: > 0 } records)
            {
                foreach (var record in records)
                    await store.RemoveAsync(kind, record.Id, null, cancel);
            }
        }

        await store.RemoveAsync(Kind, known.Id, known.Version, cancel);
    }

    // Under another name first: whoever is killed in the middle leaves no half of a key.
    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{Guid.NewGuid():N}";
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(draft, how))
        {
            file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(Length)) + "\n"));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another server that starts in the same moment was first; its key is as good.
            File.Delete(draft);
        }
    }

    private static byte[] Read(string path)
    {
        var text = new byte[256];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        var length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        var secret = new byte[text.Length];
        if (length < text.Length
            && Convert.TryFromBase64String(Encoding.Latin1.GetString(text, 0, length).Trim(), secret, out var written)
            && written == Length)
        {
            return secret[..Length];
        }

        throw new KeyFileException($"FhirHub:Auth:KeyFile is '{path}', which does not hold a key of {Length} bytes in base64. Put it back from its backup.");
    }

    private sealed record KeyCheck(string Check);
}
