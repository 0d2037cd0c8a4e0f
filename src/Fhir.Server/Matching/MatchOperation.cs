// Patient/$match (R4 patient-operation-match.html).

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Server.Matching;

/// <summary>The operation <c>$match</c>.</summary>
internal static class MatchOperation
{
    /// <summary>The extension of a match's <c>search</c> that tells how one field agrees: <c>field</c>, <c>level</c>, <c>weight</c>.</summary>
    public const string FieldExtension = "urn:fhirhub:StructureDefinition:match-field";

    /// <summary>The extension of a match's <c>search</c> that tells why its grade is not higher.</summary>
    public const string CautionExtension = "urn:fhirhub:StructureDefinition:match-caution";

    private const string GradeExtension = "http://hl7.org/fhir/StructureDefinition/match-grade";
    private const int DefaultCount = 20;

    /// <summary>The operation.</summary>
    public static Operation Operation { get; } = Operation.OfR4("Patient-match", "match", OperationLevels.Type, ["Patient"], AnswerAsync);

    private sealed record Match(MatchCandidate Candidate, MatchScore Score);

    private static async ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        var (patient, onlyCertain, count) = Read(call);
        var person = PersonRecord.Of(patient);
        if (!person.CanBeSearched)
        {
            throw new RefusedException(
                400, "required", "There is too little to match by: the Patient needs an identifier, a name, a whole date of birth or a contact.");
        }

        var search = new MatchCandidates(call, cancel);
        var compared = await search.FindAsync(person);
        var matches = new Dictionary<string, Match>(StringComparer.Ordinal);
        foreach (var candidate in compared)
        {
            var match = new Match(candidate, PersonComparison.Compare(person, candidate.Person));
            if (candidate.Person.ReplacedBy.Count > 0 && match.Score.Grade != MatchGrade.CertainlyNot && await search.ReplacementAsync(candidate) is { } current)
                match = OfReplacement(person, match, current);
            var id = match.Candidate.Version.Key.Id;
            if (!matches.TryGetValue(id, out var other) || other.Score.Score < match.Score.Score)
                matches[id] = match;
        }

        var ordered = matches.Values
            .Where(m => m.Score.Grade != MatchGrade.CertainlyNot)
            .OrderByDescending(m => m.Score.Score)
            .ThenBy(m => m.Candidate.Version.Key.Id, StringComparer.Ordinal)
            .ToList();
        var remarks = new List<Issue>();
        var eliminated = matches.Count - ordered.Count;
        if (onlyCertain)
            ordered = OnlyCertain(ordered, remarks);
        if (eliminated > 0)
            remarks.Add(Remark($"{eliminated} further record(s) were compared and are of other people."));
        if (search.IsCut)
            remarks.Add(Issue.Warning("incomplete", "More records resemble this one than are compared; give more data, such as an identifier."));
        return new FhirAnswer(200) { Json = Write(call, ordered, count, remarks) };
    }

    // What was found under the old record stands for the new one, which may have changed since; the better of both counts.
    private static Match OfReplacement(PersonRecord person, Match match, MatchCandidate current)
    {
        var score = PersonComparison.Compare(person, current.Person);
        if (score.Score < match.Score.Score)
            score = match.Score;
        return new Match(current, score with { Cautions = [.. score.Cautions, $"It takes the place of Patient/{match.Candidate.Version.Key.Id}."] });
    }

    private static List<Match> OnlyCertain(List<Match> matches, List<Issue> remarks)
    {
        var certain = matches.FindAll(m => m.Score.Grade == MatchGrade.Certain);
        if (certain.Count > 1)
        {
            // Several can't all be the one that was meant (R4: results are not returned then).
            remarks.Add(Issue.Warning("multiple-matches", $"{certain.Count} records match with certainty, so none is given; without onlyCertainMatches they all are."));
            return [];
        }

        if (matches.Count > certain.Count)
            remarks.Add(Remark($"{matches.Count - certain.Count} record(s) match without certainty; without onlyCertainMatches they are given."));
        return certain;
    }

    private static (ElementNode Patient, bool OnlyCertain, int Count) Read(FhirCall call)
    {
        if (call.Body is not { } body)
            throw new RefusedException(400, "required", "$match is called with POST and Parameters that hold the Patient as resource.");

        // A Patient by itself is the one parameter that must be there (R4 operations.html#request).
        if (body.ResourceType == "Patient")
            return (body.Root, false, DefaultCount);
        var input = OperationInput.Read(call, Operation.Parameters);
        var count = input.Integer("count") ?? DefaultCount;
        if (count < 1)
            throw new RefusedException(400, "value", "count is a whole number from 1.");
        var patient = input.Values("resource")[0].Node;
        return patient.Type.Name == "Patient"
            ? (patient, input.Boolean("onlyCertainMatches"), count)
            : throw new RefusedException(400, "required", "The parameter resource holds the Patient to match.");
    }

    private static Issue Remark(string text) => new(IssueSeverity.Information, "informational", text);

    private static ReadOnlyMemory<byte> Write(FhirCall call, List<Match> matches, int count, List<Issue> remarks)
    {
        var output = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteString("resourceType"u8, "Bundle"u8);
            json.WriteString("id"u8, ResourceRepository.NewId());
            json.WriteString("type"u8, "searchset"u8);
            json.WriteNumber("total"u8, matches.Count);
            if (matches.Count > 0 || remarks.Count > 0)
            {
                json.WriteStartArray("entry"u8);
                foreach (var match in matches.Take(count))
                    WriteEntry(json, call.BaseUrl, match);
                if (remarks.Count > 0)
                    WriteRemarks(json, remarks);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static void WriteEntry(Utf8JsonWriter json, string baseUrl, Match match)
    {
        var version = match.Candidate.Version;
        json.WriteStartObject();
        json.WriteString("fullUrl"u8, $"{baseUrl}/{version.Key}");
        json.WritePropertyName("resource"u8);
        json.WriteRawValue(version.Body.ToArray(version), skipInputValidation: true);
        json.WriteStartObject("search"u8);
        json.WriteStartArray("extension"u8);
        WriteExtension(json, GradeExtension, "valueCode", match.Score.Grade switch
        {
            MatchGrade.Certain => "certain",
            MatchGrade.Probable => "probable",
            MatchGrade.Possible => "possible",
            _ => "certainly-not",
        });
        foreach (var field in match.Score.Fields)
        {
            json.WriteStartObject();
            json.WriteStartArray("extension"u8);
            WriteExtension(json, "field", "valueString", field.Field);
            WriteExtension(json, "level", "valueString", field.Level);
            json.WriteStartObject();
            json.WriteString("url"u8, "weight"u8);
            json.WriteNumber("valueDecimal"u8, Math.Round((decimal)field.Weight, 1));
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("url"u8, FieldExtension);
            json.WriteEndObject();
        }

        foreach (var caution in match.Score.Cautions)
            WriteExtension(json, CautionExtension, "valueString", caution);
        json.WriteEndArray();
        json.WriteString("mode"u8, "match"u8);
        json.WriteNumber("score"u8, (decimal)match.Score.Score);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteExtension(Utf8JsonWriter json, string url, string name, string value)
    {
        json.WriteStartObject();
        json.WriteString("url"u8, url);
        json.WriteString(name, value);
        json.WriteEndObject();
    }

    private static void WriteRemarks(Utf8JsonWriter json, List<Issue> remarks)
    {
        json.WriteStartObject();
        json.WritePropertyName("resource"u8);
        json.WriteRawValue(OutcomeWriter.ToJson(remarks, null).Span, skipInputValidation: true);
        json.WriteStartObject("search"u8);
        json.WriteString("mode"u8, "outcome"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
