// Reading: instances, their frames and their bytes.

using System.Text.Json;
using FhirHub.Sqlite;

namespace FhirHub.Dicomweb;

public sealed partial class ImageArchive
{
    /// <summary>The instances of a study or series, or one instance, by Series Number, Instance Number, then UIDs; none if there is nothing.</summary>
    public ValueTask<IReadOnlyList<StoredInstance>> FindAsync(ImageScope scope, ImagePath path, CancellationToken cancel)
    {
        var found = _readers.Read(connection => InstanceQuery.Find(connection, path), cancel);
        return new(found.Count > 0 && scope.Grants(found[0].Patient) ? found : []);
    }

    /// <summary>Where the frames of an instance are.</summary>
    public ValueTask<FrameTable> FramesAsync(StoredInstance instance, CancellationToken cancel) => new(_readers.Read(
        connection =>
        {
            using var rows = connection.Prepare("SELECT frames FROM instance_data WHERE instance = ?").Bind(1, instance.Id).Query();
            return rows.Step() ? FrameTable.Read(rows.Blob(0)) : throw DicomwebException.NotFound();
        },
        cancel));

    /// <summary>
    /// The metadata of instances in their order, as <see cref="InstanceMetadata"/> made it when they were stored; empty for one that was deleted meanwhile.
    /// </summary>
    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> MetadataAsync(IReadOnlyList<StoredInstance> instances, CancellationToken cancel) => new(_readers.Read(
        connection =>
        {
            var metadata = new ReadOnlyMemory<byte>[instances.Count];
            for (var i = 0; i < metadata.Length; i++)
            {
                using var rows = connection.Prepare("SELECT metadata FROM instance_data WHERE instance = ?").Bind(1, instances[i].Id).Query();
                metadata[i] = rows.Step() ? rows.Blob(0).ToArray() : default;
            }

            return metadata;
        },
        cancel));

    /// <summary>Opens the bytes of an instance; they stay readable until it is disposed, even if the instance is deleted meanwhile.</summary>
    /// <exception cref="DicomwebException">The instance was deleted, and its bytes are not kept any more.</exception>
    public BlobReading OpenBlob(StoredInstance instance) => _readings.Open(instance.Place);

    /// <summary>What an instance was before, and what was deleted of it, latest first, as long as its bytes are kept.</summary>
    internal Task<IReadOnlyList<StoredInstance>> HistoryAsync(ImageScope scope, ImagePath path, CancellationToken cancel) =>
        ReadAsync(connection => InstanceQuery.History(connection, scope, path), cancel);

    /// <summary>
    /// Reads the index, all of one state, within <see cref="DicomwebOptions.SearchSeconds"/>. Whoever does must ask for what the scope of the request
    /// grants only (<see cref="PatientsOf"/>).
    /// </summary>
    /// <exception cref="DatabaseTimeoutException">The time is over.</exception>
    internal Task<T> ReadAsync<T>(Func<Connection, T> read, CancellationToken cancel) =>
        _readers.ReadAsync(read, TimeSpan.FromSeconds(_options.SearchSeconds), cancel);

    /// <summary>The patients of a scope as a JSON array for <c>json_each</c>; null where nothing is filtered.</summary>
    internal static string? PatientsOf(ImageScope scope) => scope.Patients is { } patients ? JsonSerializer.Serialize(patients) : null;
}
