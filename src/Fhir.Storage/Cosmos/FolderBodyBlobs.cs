// Blobs as files in a folder that all servers share.

using System.Runtime.CompilerServices;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Cosmos;

/// <summary>
/// Files in folders by the time in their names: one for about three days, in it one for about 17 minutes. So no folder grows without
/// end, and a walk in the order of names goes through one folder after the other.
/// </summary>
public sealed class FolderBodyBlobs : IBodyBlobs
{
    private const int OuterLength = 5;
    private const int InnerLength = 7;
    private readonly string _root;

    /// <summary>The blobs in a folder, which is made if there is none.</summary>
    /// <exception cref="StoreException">It can't be made.</exception>
    public FolderBodyBlobs(string path)
    {
        _root = Path.GetFullPath(path);
        Try($"make the folder of blobs, {_root}", () => Directory.CreateDirectory(_root));
    }

    /// <inheritdoc/>
    public Task WriteAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        var path = PathOf(name);
        return Task.Run(() => Try($"write the blob {name}", () => Write(path, BodyBlobFrame.Frame(bytes.Span))), cancel);
    }

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> ReadAsync(string name, CancellationToken cancel)
    {
        var path = PathOf(name);
        return Task.Run(() => Try($"read the blob {name}", () => Read(name, path)), cancel);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancel)
    {
        var path = PathOf(name);
        return Task.Run(() => Try($"delete the blob {name}", () => Delete(path)), cancel);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string? after, DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancel)
    {
        var first = after is null ? "" : BodyBlobName.Check(after);
        var bound = BodyBlobName.Bound(before);
        foreach (var outer in await NamesAsync(_root, OuterLength, first, bound, cancel))
        {
            foreach (var inner in await NamesAsync(Path.Combine(_root, outer), InnerLength, first, bound, cancel))
            {
                foreach (var name in await NamesAsync(Path.Combine(_root, outer, inner), first.Length, first, bound, cancel))
                {
                    if (BodyBlobName.IsName(name) && !name.Equals(first, StringComparison.Ordinal))
                        yield return name;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is open between two calls.
    }

    // What lies in a folder from a name on, as far as it knows its beginning, in order.
    private static Task<List<string>> NamesAsync(string folder, int length, string first, string bound, CancellationToken cancel) =>
        Task.Run(
            () => Try("list the blobs", () =>
            {
                var least = first[..Math.Min(length, first.Length)];
                var names = new List<string>();
                foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
                {
                    cancel.ThrowIfCancellationRequested();
                    if (string.CompareOrdinal(entry.Name, least) >= 0 && string.CompareOrdinal(entry.Name, bound) < 0)
                        names.Add(entry.Name);
                }

                names.Sort(StringComparer.Ordinal);
                return names;
            }),
            cancel);

    private static void Write(string path, byte[] framed)
    {
        var inner = Path.GetDirectoryName(path)!;
        var outer = Path.GetDirectoryName(inner)!;
        Directory.CreateDirectory(inner);

        // Under its own name from the first byte: nobody knows it before this ends, and what a crash leaves is swept as a blob that no document names.
        using (var file = DiskFile.Open(path, FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(file, framed, 0);
            DiskFile.Sync(file);
        }

        // The folders may be new, made by this server or by another one that has not yet come to this point; one that is on disk costs nothing.
        DiskFile.SyncFolder(inner);
        DiskFile.SyncFolder(outer);
        DiskFile.SyncFolder(Path.GetDirectoryName(outer)!);
    }

    private static ReadOnlyMemory<byte> Read(string name, string path)
    {
        try
        {
            using var file = DiskFile.Open(path, FileMode.Open, FileAccess.Read);
            var length = RandomAccess.GetLength(file);
            if (length > BodyBlobFrame.HeaderLength + BodyBlobFrame.MostBytes)
                throw BodyBlobFrame.Damaged(name);
            var framed = GC.AllocateUninitializedArray<byte>((int)length);
            var read = 0;
            while (read < framed.Length && RandomAccess.Read(file, framed.AsSpan(read), read) is > 0 and var more)
                read += more;
            return BodyBlobFrame.Open(name, framed.AsMemory(0, read));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw BodyBlobFrame.Missing(name);
        }
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Then it is not there either.
        }
    }

    private string PathOf(string name) => Path.Combine(_root, BodyBlobName.Check(name)[..OuterLength], name[..InnerLength], name);

    private static void Try(string what, Action action) => Try(what, () =>
    {
        action();
        return true;
    });

    private static T Try<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The store can't {what}: {e.Message}");
        }
    }
}
