// What a store transaction answers: the Store Instances Response Module and the status that goes with it (PS3.18 10.5.3, I.2).

using FhirHub.Dicom;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>Answers a store transaction.</summary>
internal static class StoreAnswer
{
    private const int LongestComment = 64;
    private const string PrivateCreator = "FhirHub";

    private static readonly DicomTag ErrorComment = new(0x0000_0902);
    private static readonly DicomTag ReferencedSOPClassUID = new(0x0008_1150);
    private static readonly DicomTag ReferencedSOPInstanceUID = new(0x0008_1155);
    private static readonly DicomTag RetrieveURL = new(0x0008_1190);
    private static readonly DicomTag WarningReasonTag = new(0x0008_1196);
    private static readonly DicomTag FailureReasonTag = new(0x0008_1197);
    private static readonly DicomTag FailedSOPSequence = new(0x0008_1198);
    private static readonly DicomTag ReferencedSOPSequence = new(0x0008_1199);
    private static readonly DicomTag OtherFailuresSequence = new(0x0008_119A);
    private static readonly DicomTag CommentCreator = new(0x0009_0010);
    private static readonly DicomTag WholeComment = new(0x0009_1001);
    private static readonly DicomTag SelectorAttribute = new(0x0072_0026);
    private static readonly DicomTag FailedAttributesSequence = new(0x0074_1048);

    private static readonly MediaRange Json = MediaRange.Of("application/dicom+json");
    private static readonly MediaRange PlainJson = MediaRange.Of("application/json");
    private static readonly MediaRange Xml = MediaRange.Of("application/dicom+xml");

    /// <summary>The media type of the answer that a request accepts.</summary>
    /// <exception cref="DicomwebException">406: it accepts none.</exception>
    public static MediaRange Choose(HttpRequest request) => AcceptedMedia.Parse(request).Choose(Json, Xml, PlainJson);

    /// <summary>The status of an answer (PS3.18 10.5.3.1).</summary>
    /// <param name="outcomes">What became of each instance.</param>
    /// <param name="fault">400 or 413 if the request could not be read to its end.</param>
    public static int Status(IReadOnlyCollection<InstanceOutcome> outcomes, int? fault)
    {
        if (outcomes.All(outcome => outcome.Failure is not null))
            return fault ?? StatusCodes.Status409Conflict;
        return fault is null && outcomes.All(outcome => outcome is { Failure: null, Warning: null }) ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
    }

    /// <summary>The data set of an answer (PS3.18 I.2.1).</summary>
    /// <param name="root">The address of the service.</param>
    /// <param name="outcomes">What became of each instance, in the order of the request.</param>
    public static DicomDataset Dataset(string root, IReadOnlyList<InstanceOutcome> outcomes)
    {
        var answer = new DicomDataset();
        List<DicomDataset> stored = [], failed = [], others = [];
        string? study = null;
        var isOneStudy = true;
        foreach (var outcome in outcomes)
        {
            var item = new DicomDataset();
            if (outcome.Failure is { } failure)
            {
                Fail(item, failure);
                (outcome.Path is null ? others : failed).Add(item);
            }
            else
            {
                stored.Add(item);
                study ??= outcome.Path!.Value.Study;
                isOneStudy &= study == outcome.Path!.Value.Study;
                item.Set(RetrieveURL, $"{root}{outcome.Path}");
                if (outcome.Warning is { } warning)
                    item.Set(DicomElement.OfNumbers(WarningReasonTag, DicomVR.US, (ushort)warning));
            }

            if (outcome.Path is not { } path)
                continue;
            item.Set(Uid(ReferencedSOPClassUID, outcome.SopClass));
            item.Set(Uid(ReferencedSOPInstanceUID, path.Instance));
        }

        if (study is not null && isOneStudy)
            answer.Set(RetrieveURL, $"{root}{new ImagePath(study)}");
        Add(answer, FailedSOPSequence, failed);
        Add(answer, ReferencedSOPSequence, stored);
        Add(answer, OtherFailuresSequence, others);
        return answer;
    }

    /// <summary>Writes an answer.</summary>
    public static async Task WriteAsync(HttpContext http, MediaRange type, int status, DicomDataset answer)
    {
        var bytes = type == Xml ? NativeXmlWriter.ToUtf8(answer) : DicomJsonWriter.ToUtf8(answer);
        http.Response.StatusCode = status;
        http.Response.ContentType = type.MediaType;
        http.Response.ContentLength = bytes.Length;
        await http.Response.BodyWriter.WriteAsync(bytes, http.RequestAborted);
    }

    private static void Fail(DicomDataset item, StoreFailure failure)
    {
        Explain(item, failure.Comment);
        item.Set(DicomElement.OfNumbers(FailureReasonTag, DicomVR.US, (ushort)failure.Reason));
        Add(item, FailedAttributesSequence, [.. failure.Attributes.Select(Attribute)]);
    }

    private static DicomDataset Attribute((DicomTag Tag, string Comment) failed)
    {
        var item = new DicomDataset();
        Explain(item, failed.Comment);
        var tag = (byte[])[(byte)failed.Tag.Group, (byte)(failed.Tag.Group >> 8), (byte)failed.Tag.Element, (byte)(failed.Tag.Element >> 8)];
        item.Set(new DicomElement(SelectorAttribute, DicomVR.AT, tag));
        return item;
    }

    // An LO has 64 characters at most (PS3.5 6.2), which is less than it takes to say what to do: the whole sentence follows in a private element.
    private static void Explain(DicomDataset item, string comment)
    {
        var text = string.Concat(comment.Select(character => character is >= ' ' and < '\u007F' and not '\\' ? character : '?'));
        var isWhole = text.Length <= LongestComment;
        item.Set(DicomElement.OfText(ErrorComment, DicomVR.LO, SpecificCharacterSet.Default, isWhole ? text : Cut(text)));
        if (isWhole)
            return;
        item.Set(DicomElement.OfText(CommentCreator, DicomVR.LO, SpecificCharacterSet.Default, PrivateCreator));
        item.Set(DicomElement.OfText(WholeComment, DicomVR.UT, SpecificCharacterSet.Default, text));
    }

    private static string Cut(string text)
    {
        const string end = "...";
        var blank = text.LastIndexOf(' ', LongestComment - end.Length);
        return text[..(blank > LongestComment / 2 ? blank : LongestComment - end.Length)] + end;
    }

    // What the client sent as a UID may be none; it is answered so that the client knows which instance is meant.
    private static DicomElement Uid(DicomTag tag, string? uid) =>
        DicomElement.OfText(tag, DicomVR.UI, SpecificCharacterSet.Default, Ascii(uid is { Length: <= 128 } ? uid : uid?[..128] ?? ""));

    private static string Ascii(string text) => string.Concat(text.Select(character => character is > ' ' and < '\u007F' and not '\\' ? character : '?'));

    private static void Add(DicomDataset dataset, DicomTag tag, List<DicomDataset> items)
    {
        if (items.Count > 0)
            dataset.Set(new DicomElement(tag, items));
    }
}
