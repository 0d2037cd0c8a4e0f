// All that the index keeps of an instance, made of its file before anything is locked.

using System.Buffers;
using System.Text.Json;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>What the index knows of an instance.</summary>
public sealed record IndexedInstance
{
    // A member of more bytes is stated without its value: no list shows or finds by it.
    private const int MaxMember = 16 * 1024;

    private static readonly DicomModelOptions ModelOptions = new() { MaxInlineBytes = MaxMember };

    // Answers are never put into HTML, and names stay readable.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = 4096 };

    /// <summary>Study, series and instance.</summary>
    public required ImagePath Path { get; init; }

    /// <summary>SOP Class UID.</summary>
    public required string SopClassUid { get; init; }

    /// <summary>The transfer syntax of the file.</summary>
    public required TransferSyntax TransferSyntax { get; init; }

    /// <summary>Patient ID; empty if there is none.</summary>
    public required string PatientId { get; init; }

    /// <summary>Issuer of Patient ID; empty if there is none.</summary>
    public required string Issuer { get; init; }

    /// <summary>Modality of the series; empty if there is none.</summary>
    public required string Modality { get; init; }

    /// <summary>Series Number, if it has one.</summary>
    public long? SeriesNumber { get; init; }

    /// <summary>Instance Number, if it has one.</summary>
    public long? Number { get; init; }

    /// <summary>Frames; 0 for an instance without pixels.</summary>
    public int Frames { get; init; }

    /// <summary>Where the data set begins in the file.</summary>
    public long DatasetOffset { get; init; }

    /// <summary>The attributes of patient and study, as <see cref="LevelMembers"/> has them.</summary>
    public required byte[] StudyJson { get; init; }

    /// <summary>The attributes of the series.</summary>
    public required byte[] SeriesJson { get; init; }

    /// <summary>The attributes of the instance.</summary>
    public required byte[] InstanceJson { get; init; }

    /// <summary>Its metadata as it is kept (<see cref="InstanceMetadata"/>).</summary>
    public required byte[] Metadata { get; init; }

    /// <summary>Where its frames are.</summary>
    public required FrameTable FrameTable { get; init; }

    /// <summary>What the index keeps of a file.</summary>
    /// <exception cref="DicomException">A value can't be read.</exception>
    public static IndexedInstance Of(DicomFile file, AttributeCatalog catalog)
    {
        var dataset = file.Dataset;
        var hasPixels = FrameTable.PixelsOf(dataset) is not null;
        var path = new ImagePath(dataset.GetString(DicomTags.StudyInstanceUID) ?? "", dataset.GetString(DicomTags.SeriesInstanceUID) ?? "", dataset.GetString(DicomTags.SOPInstanceUID) ?? "");
        return new()
        {
            Path = path,
            SopClassUid = dataset.GetString(DicomTags.SOPClassUID) ?? "",
            TransferSyntax = file.TransferSyntax,
            PatientId = dataset.GetString(DicomTags.PatientID) ?? "",
            Issuer = dataset.GetString(DicomTags.IssuerOfPatientID) ?? "",
            Modality = dataset.GetString(DicomTags.Modality) ?? "",
            SeriesNumber = dataset.GetInt64(DicomTags.SeriesNumber),
            Number = dataset.GetInt64(DicomTags.InstanceNumber),
            Frames = hasPixels ? (int)Math.Clamp(dataset.GetInt64(DicomTags.NumberOfFrames) ?? 1, 1, int.MaxValue) : 0,
            DatasetOffset = file.DatasetOffset,
            StudyJson = Members(dataset, catalog, IndexLevel.Study),
            SeriesJson = Members(dataset, catalog, IndexLevel.Series),
            InstanceJson = Members(dataset, catalog, IndexLevel.Instance),
            Metadata = InstanceMetadata.Of(dataset, path),
            FrameTable = FrameTable.Of(file),
        };
    }

    /// <summary>The attributes of a level that a data set has.</summary>
    internal static byte[] Members(DicomDataset dataset, AttributeCatalog catalog, IndexLevel level)
    {
        var members = new SortedList<DicomTag, (DicomElement? Element, bool IsReturned)>();
        foreach (var definition in catalog.Members(level))
        {
            var tag = definition.Step.Tag;
            if (definition.Step.Creator is { } creator)
            {
                if (BlockOf(dataset, tag.Group, creator) is not { } owner)
                    continue;
                tag = new(tag.Group, (ushort)((owner.Element << 8) | tag.Element));
                members.TryAdd(owner, (dataset.Find(owner), false));
            }

            var element = dataset.Find(tag);
            if (element is null ? AttributeCatalog.IsStatedEmpty(definition) : !element.IsEmpty || definition.IsReturned)
                members.TryAdd(tag, (element, definition.IsReturned));
        }

        return Write(dataset, members);
    }

    private static byte[] Write(DicomDataset dataset, SortedList<DicomTag, (DicomElement? Element, bool IsReturned)> members)
    {
        var built = new LevelMembersBuilder();
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        foreach (var (tag, (element, isReturned)) in members)
        {
            buffer.ResetWrittenCount();
            writer.Reset(buffer);
            var known = element is not null && TryWrite(dataset, element, writer);
            if (!known)
            {
                buffer.ResetWrittenCount();
                writer.Reset(buffer);
                DicomJsonWriter.WriteAttribute(dataset, new DicomElement(tag, element?.VR ?? DicomDictionary.Find(tag)?.VRs[0] ?? DicomVR.UN, default(ReadOnlyMemory<byte>)), writer);
            }

            writer.Flush();
            var text = buffer.WrittenSpan;
            var hasValue = known && (text.IndexOf("\"Value\""u8) > 0 || text.IndexOf("\"InlineBinary\""u8) > 0);
            built.Add(tag, (hasValue ? LevelMembers.HasValue : 0) | (isReturned ? LevelMembers.IsReturned : 0), text);
        }

        return built.ToArray();
    }

    private static bool TryWrite(DicomDataset dataset, DicomElement element, Utf8JsonWriter writer)
    {
        if (element.Fragments is not null || element.BulkDataUri is not null || element.Length > MaxMember)
            return false;
        try
        {
            DicomJsonWriter.WriteAttribute(dataset, element, writer, ModelOptions);
            return writer.BytesCommitted + writer.BytesPending <= MaxMember;
        }
        catch (DicomException)
        {
            // A sequence with something within that is too large, or can't be shown as JSON.
            return false;
        }
    }

    private static DicomTag? BlockOf(DicomDataset dataset, ushort group, string creator)
    {
        foreach (var element in dataset.Elements)
        {
            if (element.Tag.Group == group && element.Tag.IsPrivateCreator && dataset.GetString(element.Tag) == creator)
                return element.Tag;
        }

        return null;
    }
}
