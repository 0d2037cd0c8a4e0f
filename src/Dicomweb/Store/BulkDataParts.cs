// Bulk data of a request, one part behind the other in one upload, until the instances that refer to it are written.

using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>A part of bulk data.</summary>
/// <param name="Number">Its number among the parts of bulk data, from 1.</param>
/// <param name="Type">Its media type; null if it has none.</param>
/// <param name="Place">Where its bytes are.</param>
internal sealed record BulkDataPart(int Number, MediaRange? Type, BulkReference Place);

/// <summary>Parts of bulk data by their locations. Several of one location are the frames of compressed pixels, in order.</summary>
internal sealed class BulkDataParts(InstanceUpload upload, long maxBytes) : IAsyncDisposable
{
    private readonly Dictionary<string, List<BulkDataPart>> _byLocation = new(StringComparer.Ordinal);
    private readonly SortedSet<int> _unused = [];
    private int _count;

    /// <summary>The numbers of the parts that nothing has asked for.</summary>
    public IReadOnlyCollection<int> Unused => _unused;

    /// <summary>Takes a part in.</summary>
    /// <exception cref="DicomException">More came than an instance may have.</exception>
    public async Task AddAsync(IReadOnlyList<string> locations, MediaRange? type, Stream part, int copySize, CancellationToken cancellationToken)
    {
        var start = upload.Length;
        await part.CopyToAsync(new UploadWriter(upload, maxBytes), copySize, cancellationToken);
        var taken = new BulkDataPart(++_count, type, new(upload.Source, start, upload.Length - start));
        _unused.Add(taken.Number);
        foreach (var location in locations)
        {
            if (!_byLocation.TryGetValue(location, out var parts))
                _byLocation.Add(location, parts = []);
            parts.Add(taken);
        }
    }

    /// <summary>The parts of a location; none if there is no such part.</summary>
    public IReadOnlyList<BulkDataPart> Take(string location)
    {
        if (!_byLocation.TryGetValue(location, out var parts))
            return [];
        foreach (var part in parts)
            _unused.Remove(part.Number);
        return parts;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => upload.DisposeAsync();
}
