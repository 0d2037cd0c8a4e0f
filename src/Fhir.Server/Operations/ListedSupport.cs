// Which supporting resources the pages of a walk have listed: practitioners and places stand behind many members of a record, and
// each is to be listed once over all pages.

using System.Globalization;
using System.Text;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// Remembers in a file for each walk, so that page links outlive a restart. Each line holds the page that first listed a resource:
/// a page that is asked for again looks only at those before it, and is the same as the first time.
/// </summary>
internal sealed class ListedSupport(string dataPath)
{
    private const int MaxWalks = 10_000;
    private static readonly TimeSpan Life = TimeSpan.FromHours(2);

    private readonly string _folder = Path.Combine(dataPath, "walks");

    /// <summary>Begins a walk; those that nobody has gone on with for long end.</summary>
    public string Begin()
    {
        Directory.CreateDirectory(_folder);
        var files = new DirectoryInfo(_folder).GetFiles();
        var oldest = files.Length < MaxWalks ? [] : files.OrderBy(f => f.LastWriteTimeUtc).Take(files.Length - MaxWalks + 1).ToHashSet();
        foreach (var file in files.Where(f => oldest.Contains(f) || f.LastWriteTimeUtc < DateTime.UtcNow - Life))
            file.Delete();
        return Guid.NewGuid().ToString("N");
    }

    /// <summary>What pages before this one listed.</summary>
    /// <exception cref="RefusedException">410: the walk has ended.</exception>
    public async Task<HashSet<ResourceKey>> BeforeAsync(string walk, int page, CancellationToken cancel)
    {
        if (page == 0)
            return [];
        var listed = new HashSet<ResourceKey>();
        try
        {
            foreach (var line in await File.ReadAllLinesAsync(PathOf(walk), cancel))
            {
                if (line.Split(' ') is [var number, var type, var id] && int.Parse(number, CultureInfo.InvariantCulture) < page)
                    listed.Add(new ResourceKey(type, id));
            }
        }
        catch (IOException)
        {
            throw new RefusedException(410, "not-found", "The page link has expired; start anew.");
        }

        return listed;
    }

    /// <summary>Remembers what a page listed.</summary>
    public async Task AddAsync(string walk, int page, IEnumerable<ResourceKey> keys, CancellationToken cancel)
    {
        var lines = new StringBuilder();
        foreach (var key in keys)
            lines.Append(CultureInfo.InvariantCulture, $"{page} {key.Type} {key.Id}\n");

        // Opened for appending and written at once, the lines of two requests don't mix. Nothing to write still shows that the walk goes on.
        await using var file = new FileStream(PathOf(walk), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await file.WriteAsync(Encoding.UTF8.GetBytes(lines.ToString()), cancel);
        File.SetLastWriteTimeUtc(file.SafeFileHandle, DateTime.UtcNow);
    }

    // The name comes out of a sealed link; it is looked at all the same before it becomes part of a path.
    private string PathOf(string walk) => Guid.TryParseExact(walk, "N", out _)
        ? Path.Combine(_folder, walk)
        : throw new RefusedException(400, "invalid", "The page link is not one that this server gave; start anew.");
}
