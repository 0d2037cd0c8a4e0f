// Instances that come as metadata, in JSON or XML, with their bulk data in parts of their own (PS3.18 8.6.1.2, 10.5.2).

using FhirHub.Dicom;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace FhirHub.Dicomweb;

/// <summary>
/// Puts instances together. Metadata is kept in memory, bulk data goes to disk as it comes; when the request has ended, each instance is written as a
/// file of PS3.10. Nothing is ever fetched from an address that metadata names.
/// </summary>
internal sealed class MetadataInstances(DicomwebService service, HttpContext http, StoreTransaction transaction) : IAsyncDisposable
{
    /// <summary>The DICOM JSON model.</summary>
    public const string Json = "application/dicom+json";

    /// <summary>The Native DICOM Model.</summary>
    public const string Xml = "application/dicom+xml";

    private const int FirstRead = 64 * 1024;
    private const int CopySize = 128 * 1024;

    private readonly List<DicomDataset> _datasets = [];
    private BulkDataParts? _bulk;

    /// <summary>Whether a media type is one of metadata.</summary>
    public static bool IsMetadata(MediaRange type) => type.MediaType is Json or Xml;

    /// <summary>Reads metadata: an array of instances or one in JSON, one in XML.</summary>
    public async Task AddMetadataAsync(MediaRange type, Stream part)
    {
        var bytes = await ReadAsync(part);
        if (bytes.IsEmpty)
        {
            transaction.RefuseRest($"Metadata has at most {service.Options.Reading.MaxBytesInMemory:N0} bytes; send values as bulk data, or fewer instances.");
            return;
        }

        try
        {
            var read = type.MediaType == Xml ? [NativeXmlReader.Read(bytes, service.Options.Reading)] : DicomJsonReader.ReadAll(bytes.Span, service.Options.Reading);
            if (_datasets.Count + read.Count > service.Options.RequestInstances)
            {
                transaction.RefuseRest($"A request has at most {service.Options.RequestInstances:N0} instances; send the others in another.");
                return;
            }

            _datasets.AddRange(read);
        }
        catch (DicomException fault)
        {
            transaction.Refuse(StoreFailure.Of(fault));
        }
    }

    /// <summary>Takes bulk data, known by its Content-Location, or its Content-ID.</summary>
    public async Task AddBulkDataAsync(MultipartHeaders headers, Stream part)
    {
        var locations = Locations(headers).ToArray();
        if (locations.Length == 0)
        {
            transaction.Refuse(new(FailureReason.CannotUnderstand, "A part of bulk data has no Content-Location; it is the BulkDataURI of the attribute."));
            return;
        }

        try
        {
            _bulk ??= new(service.Archive.BeginUpload(), service.Options.InstanceBytes);
            await _bulk.AddAsync(locations, headers.ContentType, part, CopySize, http.RequestAborted);
        }
        catch (DicomException fault)
        {
            transaction.RefuseRest($"Bulk data is too large: {fault.Message}");
        }
    }

    /// <summary>Stores the instances, once all of the request is there.</summary>
    public async Task StoreAsync()
    {
        foreach (var dataset in _datasets)
        {
            DicomFile file;
            try
            {
                file = await new MetadataInstance(dataset, _bulk, Absolute).CompleteAsync(http.RequestAborted);
            }
            catch (DicomException fault)
            {
                var failure = StoreFailure.Of(fault);
                if (fault.Fault == DicomFault.InvalidValue)
                    failure = failure with { Reason = FailureReason.DataSetDoesNotMatch };
                transaction.Refuse(failure, dataset);
                continue;
            }

            await transaction.AddAsync(file);
        }

        foreach (var location in _bulk?.Unused ?? [])
            transaction.Refuse(new(FailureReason.CannotUnderstand, $"No attribute has the BulkDataURI of part {location} of the bulk data."));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_bulk is not null)
            await _bulk.DisposeAsync();
    }

    private IEnumerable<string> Locations(MultipartHeaders headers)
    {
        if (headers.Find("Content-Location") is { Length: > 0 } location)
        {
            yield return location;
            if (Absolute(location) is { } absolute && absolute != location)
                yield return absolute;
        }

        if (headers.Find("Content-ID") is { Length: > 0 } id)
            yield return $"cid:{id.Trim('<', '>')}";
    }

    // Addresses are relative to that of the request, as those of HTML are to their page.
    private string? Absolute(string location) =>
        Uri.TryCreate(http.Request.GetEncodedUrl(), UriKind.Absolute, out var address) && Uri.TryCreate(address, location, out var absolute) ? absolute.AbsoluteUri : null;

    // Empty where there is more than metadata may have.
    private async Task<ReadOnlyMemory<byte>> ReadAsync(Stream part)
    {
        var most = service.Options.Reading.MaxBytesInMemory;
        var bytes = new byte[FirstRead];
        var length = 0;
        while (await part.ReadAsync(bytes.AsMemory(length), http.RequestAborted) is > 0 and var count)
        {
            length += count;
            if (length > most)
                return default;
            if (length == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, bytes.Length * 2L));
        }

        return length == 0 ? " "u8.ToArray() : bytes.AsMemory(0, length);
    }
}
