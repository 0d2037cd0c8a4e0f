// Faults of DICOMweb (PS3.18 10).

using System.Text;
using System.Text.Json.Nodes;

namespace FhirHub.Conformance;

internal static class DicomFaults
{
    private const string CharacterSet = "00080005";
    private const string FailedSequence = "00081198";
    private const string ReferencedSequence = "00081199";

    public static IReadOnlyList<Fault> All { get; } =
    [
        Status("stow-conflict-as-ok", "What was not stored is answered with 200.", Interaction.Stow, 409, 200),
        Status("stow-part-as-ok", "What was stored in part is answered with 200.", Interaction.Stow, 202, 200),
        Status("stow-unsupported-as-ok", "What is no DICOM is answered with 200.", Interaction.Stow, 415, 200),
        Stow("stow-referenced-missing", "It is not said what was stored.", static json => json.Remove(ReferencedSequence)),
        Stow("stow-failed-missing", "It is not said what was not stored.", static json => json.Remove(FailedSequence)),
        Stow("stow-reason-missing", "It is not said why something was not stored.", static json => Items(json, FailedSequence).Each(static item => item.Remove("00081197"))),
        Stow("stow-retrieve-url-missing", "It is not said where to retrieve what was stored.", static json => json.Remove("00081190") | Items(json, ReferencedSequence).Each(static item => item.Remove("00081190"))),
        Results("qido-first-missing", "The first result of a search is missing.", static list => DropAt(list, 0)),
        Results("qido-last-missing", "The last result of a search is missing.", static list => DropAt(list, list.Count - 1)),
        Results("qido-twice", "A result comes twice.", static list => list.Count > 0 && Add(list, list[0]!.DeepClone())),
        Results("qido-reversed", "Results come in another order.", static list => JsonEdits.Reverse(list)),
        Results("qido-uid-missing", "Results have no UIDs.", static list => list.OfType<JsonObject>().Each(static item => item.Remove("0020000D") | item.Remove("0020000E") | item.Remove("00080018"))),
        Results("qido-attributes-missing", "Results have lost names and descriptions.", static list => list.OfType<JsonObject>().Each(static item => item.Remove("00100010") | item.Remove("00081030") | item.Remove("0008103E") | item.Remove("00200013"))),
        Results("qido-counts-other", "Numbers of series and instances are others.", static list => list.OfType<JsonObject>().Each(static item => Count(item, "00201206") | Count(item, "00201208") | Count(item, "00201209"))),
        Results("qido-value-changed", "A value of a result is another.", static list => list.OfType<JsonObject>().Any(ChangeValue)),
        Asked("qido-query-ignored", "What is searched for is overlooked.", static name => name is not ("limit" or "offset" or "includefield" or "fuzzymatching")),
        Asked("qido-limit-ignored", "The greatest number of results is overlooked.", static name => name == "limit"),
        Asked("qido-offset-ignored", "The offset of results is overlooked.", static name => name == "offset"),
        Asked("qido-includefield-ignored", "Attributes that are asked for are overlooked.", static name => name == "includefield"),
        Status("qido-none-as-ok", "That there are no results is answered with 200.", Interaction.Qido, 204, 200),
        Metadata("metadata-attribute-missing", "Metadata have lost an attribute.", static item => item.Select(static member => member.Key).LastOrDefault() is { } tag && item.Remove(tag)),
        Metadata("metadata-uid-missing", "Metadata have no SOP Instance UID.", static item => item.Remove("00080018")),
        Metadata("metadata-vr-missing", "Attributes of metadata have no vr.", static item => item.Select(static member => member.Value).OfType<JsonObject>().Each(static attribute => attribute.Remove("vr"))),
        Metadata("metadata-value-changed", "A value of metadata is another.", ChangeValue),
        Wado("wado-boundary-other", "Parts are parted by another boundary than is said.", static answer => answer.Headers.Change("Content-Type", static type => type.Replace("boundary=", "boundary=x", StringComparison.Ordinal).Replace("boundary=x\"", "boundary=\"x", StringComparison.Ordinal))),
        Wado("wado-type-missing", "It is not said what parts are of.", static answer => answer.Headers.Change("Content-Type", static type => type.StartsWith("multipart/", StringComparison.Ordinal) ? "application/octet-stream" : type)),
        Wado("wado-body-missing", "Nothing is retrieved.", static answer => Cut(answer, 0)),
        Wado("wado-part-missing", "Parts are missing.", static answer => Cut(answer, HalfOf(answer))),
        Wado("wado-bytes-changed", "Bytes of a file or frame are others.", ChangeBytes),
        Fault.OfAnswer("wado-not-found-as-empty", "What is not there is answered with 204.", "retrievals answered with 404", static (request, answer) => request.IsDicom && Change(answer, 404, 204)),
        Fault.OfAnswer("wado-not-acceptable-as-ok", "A format that nobody can give is answered with 200.", "retrievals answered with 406", static (request, answer) => request.IsDicom && Change(answer, 406, 200)),
    ];

    private static Fault Status(string id, string sentence, Interaction interaction, int from, int to) =>
        Fault.OfAnswer(id, sentence, $"{interaction.ToString().ToUpperInvariant()} answered with {from}", (request, answer) => request.Interaction == interaction && Change(answer, from, to));

    private static Fault Stow(string id, string sentence, Func<JsonObject, bool> change) => Fault.OfAnswer(id, sentence, "STOW", (request, answer) => request.Interaction == Interaction.Stow && answer.Edit(change));

    private static Fault Results(string id, string sentence, Func<JsonArray, bool> change) => Fault.OfAnswer(id, sentence, "QIDO", (request, answer) => request.Interaction == Interaction.Qido && answer.EditList(change));

    private static Fault Metadata(string id, string sentence, Func<JsonObject, bool> change) => Fault.OfAnswer(id, sentence, "WADO of metadata", (request, answer) =>
        request.Interaction == Interaction.Wado && answer.EditList(list => list.OfType<JsonObject>().Each(change)));

    private static Fault Wado(string id, string sentence, Func<ProxiedAnswer, bool> change) => Fault.OfAnswer(id, sentence, "WADO of files, frames and images", (request, answer) =>
        request.Interaction == Interaction.Wado && answer.Status == 200 && answer.List is null && change(answer));

    private static Fault Asked(string id, string sentence, Func<string, bool> isDropped) => Fault.OfRequest(id, sentence, "QIDO with such parameters", (request, answer) =>
        request.Interaction == Interaction.Qido && answer is null or { IsSuccess: true } && request.DropParameters(isDropped));

    private static IEnumerable<JsonObject> Items(JsonObject json, string tag) => json.Object(tag)?.Objects("Value") ?? [];

    private static bool Count(JsonObject item, string tag) => item.Object(tag)?["Value"] is JsonArray { Count: > 0 } values && values[0] is JsonValue number && number.TryGetValue(out int count) && Set(values, count + 1);

    private static bool Set(JsonArray values, int number)
    {
        values[0] = number;
        return true;
    }

    // The character set is how the rest is told, and JSON has one only.
    private static bool ChangeValue(JsonObject item) => item.Where(static member => member.Key != CharacterSet).Select(static member => member.Value).OfType<JsonObject>().Any(static attribute =>
    {
        if (attribute["Value"] is not JsonArray { Count: > 0 } values || values[0] is not JsonValue value || !value.IsText())
            return false;
        values[0] = $"{value.GetValue<string>()}0";
        return true;
    });

    private static bool DropAt(JsonArray list, int index)
    {
        if (list.Count == 0)
            return false;
        list.RemoveAt(index);
        return true;
    }

    private static bool Add(JsonArray list, JsonNode item)
    {
        list.Add(item);
        return true;
    }

    private static bool Change(ProxiedAnswer answer, int from, int to)
    {
        if (answer.Status != from)
            return false;
        answer.Status = to;
        return true;
    }

    private static bool Cut(ProxiedAnswer answer, int length)
    {
        if (length >= answer.Body.Length)
            return false;
        answer.Body = answer.Body[..length];
        return true;
    }

    // Where the second part begins, so that one part is left whole and nothing closes it.
    private static int HalfOf(ProxiedAnswer answer)
    {
        var body = answer.Body.Span;
        var end = body.IndexOf("\r\n"u8);
        if (end <= 0 || !(answer.Headers.Find("Content-Type") ?? "").StartsWith("multipart/", StringComparison.Ordinal))
            return answer.Body.Length;
        var delimiter = Encoding.ASCII.GetBytes($"\r\n{Encoding.ASCII.GetString(body[..end])}\r\n");
        return body.IndexOf(delimiter) is var at and > 0 ? at : answer.Body.Length;
    }

    private static bool ChangeBytes(ProxiedAnswer answer)
    {
        if (answer.Body.IsEmpty || answer.Json is not null)
            return false;
        var body = answer.Body.ToArray();
        for (var i = body.Length / 2; i < Math.Min(body.Length, (body.Length / 2) + 16); i++)
            body[i] ^= 0x55;
        answer.Body = body;
        return true;
    }
}
