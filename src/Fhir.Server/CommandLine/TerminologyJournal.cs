// Which releases terminology import has done, so that the same command goes on where it stopped.

using System.Text;

namespace FhirHub.Server;

/// <summary>A text file in the data folder: a line for each release that is whole in the catalogue.</summary>
internal sealed class TerminologyJournal : IDisposable
{
    private readonly HashSet<string> _done;
    private readonly FileStream _file;

    private TerminologyJournal(HashSet<string> done, FileStream file)
    {
        _done = done;
        _file = file;
    }

    /// <summary>Opens the journal of a data folder.</summary>
    public static async Task<TerminologyJournal> OpenAsync(string dataPath, CancellationToken cancel)
    {
        var path = Path.Combine(dataPath, "terminology.journal");
        var done = new HashSet<string>(StringComparer.Ordinal);
        if (File.Exists(path))
        {
            // A line that was cut off by a crash is as if it had not been written.
            await foreach (var line in File.ReadLinesAsync(path, cancel))
            {
                if (line.EndsWith('.'))
                    done.Add(line[..^1]);
            }
        }

        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        file.Write("\n"u8);
        return new TerminologyJournal(done, file);
    }

    /// <summary>True if an earlier run did it.</summary>
    public bool IsDone(string key) => _done.Contains(key);

    /// <summary>Says that it is done.</summary>
    public void Done(string key)
    {
        _done.Add(key);
        _file.Write(Encoding.ASCII.GetBytes($"{key}.\n"));
        _file.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
