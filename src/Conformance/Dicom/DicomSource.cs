// What a script stores by STOW: files as they are, or data sets in JSON that become files.

using FhirHub.Dicom;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Conformance;

/// <summary>Makes files of PS3.10 of fixtures.</summary>
internal static class DicomSource
{
    private const string Json = "application/dicom+json";
    private const string File = "application/dicom";

    /// <summary>The media type of what a fixture holds: what it says, but for JSON that is no resource and for files that say nothing.</summary>
    public static string? TypeOf(Payload source)
    {
        if (source.Bytes.Length > 132 && source.Bytes.Span.Slice(128, 4).SequenceEqual("DICM"u8))
            return File;
        return source.ContentType is null or { Length: 0 } || (source.IsJson && source.Resource is null) ? Json : source.ContentType;
    }

    /// <summary>The files of a fixture: one for each data set in JSON; what is anything else is one part as it stands.</summary>
    /// <exception cref="StepException">It is JSON and no data set, or one that can't be a file.</exception>
    public static async Task<IReadOnlyList<Payload>> PartsAsync(string id, Payload source, CancellationToken cancel)
    {
        var type = TypeOf(source);
        if (type != Json)
            return [new Payload(source.Bytes, type)];
        var parts = new List<Payload>();
        try
        {
            foreach (var dataset in DicomJsonReader.ReadAll(source.Bytes.Span))
                parts.Add(new Payload(await FileOfAsync(dataset, cancel), File));
        }
        catch (DicomException broken)
        {
            throw new StepException($"The fixture '{id}' can't be made a DICOM file: {broken.Message}");
        }

        return parts;
    }

    // The transfer syntax stands where a file has it, which is not in the model of PS3.18 F.
    private static async Task<byte[]> FileOfAsync(DicomDataset dataset, CancellationToken cancel)
    {
        var uid = dataset.GetString(DicomTags.TransferSyntaxUID) ?? TransferSyntax.ExplicitVRLittleEndian.Uid;
        var syntax = TransferSyntax.Find(uid) ?? throw new DicomException(DicomFault.Unsupported, $"{uid} is no transfer syntax", DicomTags.TransferSyntaxUID);
        foreach (var element in dataset.Elements.Where(static element => element.Tag.Group == 2).ToList())
            dataset.Remove(element.Tag);
        var file = new DicomFile(dataset, TransferSyntax.ExplicitVRLittleEndian);
        if (syntax.IsEncapsulated && dataset.Find(DicomTags.PixelData) is not null)
            file = await PixelTranscoder.TranscodeAsync(file, syntax, PixelCodecs.Managed, cancellationToken: cancel);
        return await DicomWriter.ToArrayAsync(file, new DicomWriteOptions { TransferSyntax = syntax }, cancel);
    }
}
