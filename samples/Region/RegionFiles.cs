// The region as NDJSON: what other servers and tools load.

namespace FhirHub.Samples.Region;

/// <summary>Writes regions to files (FHIR Bulk Data's NDJSON: a resource on each line).</summary>
public static class RegionFiles
{
    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    /// <summary>Writes all resources; the value is their number.</summary>
    /// <param name="generator">The region.</param>
    /// <param name="target">A folder, which gets a file for each type, or <c>-</c> for standard output. Files that are there are not replaced.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="IOException">A file can't be written.</exception>
    public static async Task<long> WriteAsync(RegionGenerator generator, string target, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(target);
        if (target == "-")
        {
            await using var output = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);
            return await WriteAsync(generator, _ => output, cancel);
        }

        Directory.CreateDirectory(target);
        var files = new Dictionary<string, FileStream>(StringComparer.Ordinal);
        try
        {
            return await WriteAsync(
                generator,
                type => files.TryGetValue(type, out var file)
                    ? file
                    : files[type] = new FileStream(Path.Combine(target, $"{type}.ndjson"), FileMode.CreateNew, FileAccess.Write, FileShare.Read, 64 * 1024),
                cancel);
        }
        finally
        {
            foreach (var file in files.Values)
                await file.DisposeAsync();
        }
    }

    private static async Task<long> WriteAsync(RegionGenerator generator, Func<string, Stream> streamOf, CancellationToken cancel)
    {
        long written = 0;
        foreach (var resource in generator.Generate())
        {
            var stream = streamOf(resource.Type);
            await stream.WriteAsync(resource.Json, cancel);
            await stream.WriteAsync(LineEnd, cancel);
            written++;
        }

        return written;
    }
}
