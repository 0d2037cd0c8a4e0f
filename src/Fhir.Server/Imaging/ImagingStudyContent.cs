// ImagingStudy by the exchange's profile, written from what the images say. What others have added to it stays.

using System.Text.Json.Nodes;
using FhirHub.Storage;

namespace FhirHub.Server.Imaging;

/// <summary>The content of an ImagingStudy (profiles/structures/exchange-imaging-study.json).</summary>
internal static class ImagingStudyContent
{
    /// <summary>The profile that it claims.</summary>
    public const string Profile = "https://fhirhub.dev/fhir/StructureDefinition/exchange-imaging-study";

    private const string DicomUid = "urn:dicom:uid";
    private const string Modalities = "http://dicom.nema.org/resources/ontology/DCM";
    private const string Snomed = "http://snomed.info/sct";

    // R4's list of DICOM codes ends before these were added.
    private static readonly HashSet<string> s_laterModalities = ["DOC", "PLAN", "RWV", "M3D", "ANN", "CTPROTOCOL", "XAPROTOCOL", "POS", "TEXTUREMAP", "STAIN", "ASMT", "OSS", "EEG", "EMG", "EOG", "RESP", "BDUS", "DMS"];

    /// <summary>The key of a study's ImagingStudy: a UID is an id as it is.</summary>
    public static ResourceKey KeyOf(string uid) => new("ImagingStudy", uid);

    /// <summary>Writes the content.</summary>
    /// <param name="current">What is stored now, or null.</param>
    /// <param name="facts">What the images say.</param>
    /// <param name="links">What the study is linked to.</param>
    public static JsonObject Compose(JsonObject? current, StudyFacts facts, StudyLinks links)
    {
        var study = current ?? new JsonObject { ["resourceType"] = "ImagingStudy", ["id"] = facts.Uid };
        var meta = Ensure(study, "meta", static () => new JsonObject());
        var profiles = Ensure(meta, "profile", static () => new JsonArray());
        if (!profiles.Any(static profile => (string?)profile == Profile))
            profiles.Add(Profile);
        SetIdentifiers(study, facts, links);
        study["status"] = "available";
        study["modality"] = new JsonArray([.. facts.Series.Select(static series => series.Modality).Distinct(StringComparer.Ordinal).Select(Modality)]);
        study["subject"] = Subject(facts.Person, links);
        SetOrRemove(study, "started", facts.Started);
        SetOrRemove(study, "basedOn", ArrayOf(links.Requests.Select(static request => (JsonNode)Reference(request, null))));
        Fill(study, "referrer", facts.Referrer is null ? null : Reference(null, facts.Referrer));
        Fill(study, "interpreter", ArrayOf(facts.Interpreters.Select(static name => (JsonNode)Reference(null, name))));
        SetEndpoint(study);
        study["numberOfSeries"] = facts.SeriesCount;
        study["numberOfInstances"] = facts.InstanceCount;
        Fill(study, "procedureCode", ArrayOf(facts.Procedures.Select(Concept)));
        Fill(study, "location", links.Location is { } location ? Reference(location.Key, location.Display) : null);
        SetOrRemove(study, "description", facts.Description);
        SetSeries(study, facts, links);
        return study;
    }

    /// <summary>True if the ImagingStudy is of images here: others are written by the systems that keep their images.</summary>
    public static bool IsOwn(JsonObject study) =>
        (study["endpoint"] as JsonArray ?? []).Any(static endpoint => (string?)endpoint?["reference"] == ImageEndpoint.Key.ToString());

    /// <summary>What is left of a study that is gone and that others refer to.</summary>
    public static JsonObject Cancel(JsonObject study)
    {
        study["status"] = "cancelled";
        study["numberOfSeries"] = 0;
        study["numberOfInstances"] = 0;
        study.Remove("series");
        return study;
    }

    private static void SetIdentifiers(JsonObject study, StudyFacts facts, StudyLinks links)
    {
        var own = new List<JsonNode> { new JsonObject { ["system"] = DicomUid, ["value"] = "urn:oid:" + facts.Uid } };
        if (facts.Accession is { } accession)
        {
            var identifier = new JsonObject
            {
                ["type"] = new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/v2-0203", ["code"] = "ACSN" }) },
                ["system"] = StudyLinking.AccessionNumber,
                ["value"] = accession,
            };
            if (links.Assigner is { } assigner)
                identifier["assigner"] = Reference(assigner.Key, assigner.Display);
            own.Add(identifier);
        }

        var others = (study["identifier"] as JsonArray ?? []).Where(static identifier => (string?)identifier?["system"] is not (DicomUid or StudyLinking.AccessionNumber));
        study["identifier"] = new JsonArray([.. own, .. others.Select(static identifier => identifier?.DeepClone())]);
    }

    // Where one and the same identifier is that of a Patient, readers who know the number find the study by it before and after the link.
    private static JsonObject Subject(PersonFacts person, StudyLinks links)
    {
        var subject = links.Match.Patient is { } patient ? Reference(patient.Key, links.PatientDisplay) : new JsonObject { ["type"] = "Patient" };
        if (person.Ids is [var id, ..])
        {
            var identifier = new JsonObject();
            if (links.Match.System is { } system)
                identifier["system"] = system;
            identifier["value"] = id.Value;
            if (id.Issuer is { } issuer)
                identifier["assigner"] = Reference(null, issuer);
            subject["identifier"] = identifier;
        }

        if (links.Match.Patient is null && (person.Display ?? (person.Ids.Count == 0 ? "Unknown" : null)) is { } display)
            subject["display"] = display;
        return subject;
    }

    private static void SetEndpoint(JsonObject study)
    {
        var endpoints = Ensure(study, "endpoint", static () => new JsonArray());
        if (!IsOwn(study))
            endpoints.Add((JsonNode)Reference(ImageEndpoint.Key, null));
    }

    private static void SetSeries(JsonObject study, StudyFacts facts, StudyLinks links)
    {
        var former = (study["series"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        var list = new JsonArray();
        foreach (var series in facts.Series)
        {
            var content = former.Find(known => (string?)known["uid"] == series.Uid)?.DeepClone().AsObject() ?? [];
            content["uid"] = series.Uid;
            SetOrRemove(content, "number", series.Number);
            content["modality"] = Modality(series.Modality);
            SetOrRemove(content, "description", series.Description);
            content["numberOfInstances"] = series.Count;
            SetOrRemove(content, "bodySite", series.BodySite is { } site ? Coding(site) : null);
            SetOrRemove(content, "laterality", Laterality(series.Laterality));
            SetOrRemove(content, "started", series.Started);
            SetOrRemove(content, "performer", ArrayOf(Performers(series, links).Select(static actor => (JsonNode)new JsonObject { ["actor"] = actor })));
            SetOrRemove(content, "instance", ArrayOf(series.Instances.Select(Instance)));
            list.Add((JsonNode)content);
        }

        study["series"] = list;
    }

    private static IEnumerable<JsonNode> Performers(SeriesFacts series, StudyLinks links)
    {
        if (links.Institution is { } institution)
            yield return Reference(institution.Key, institution.Display);
        foreach (var person in series.People)
            yield return Reference(null, person);
        if (series.Machine is { } machine)
            yield return Reference(null, machine);
    }

    private static JsonNode Instance(InstanceFacts instance)
    {
        var content = new JsonObject
        {
            ["uid"] = instance.Uid,
            ["sopClass"] = new JsonObject { ["system"] = "urn:ietf:rfc:3986", ["code"] = "urn:oid:" + instance.SopClass },
        };
        SetOrRemove(content, "number", instance.Number);
        SetOrRemove(content, "title", instance.Title);
        return content;
    }

    private static JsonNode Modality(string code) => s_laterModalities.Contains(code)
        ? new JsonObject { ["code"] = code }
        : new JsonObject { ["system"] = Modalities, ["code"] = code };

    private static JsonObject? Laterality(string? value) => value?.Trim().ToUpperInvariant() switch
    {
        "L" => Coding(new CodedFact(Snomed, "7771000", "Left")),
        "R" => Coding(new CodedFact(Snomed, "24028007", "Right")),
        "B" => Coding(new CodedFact(Snomed, "51440002", "Right and left")),
        _ => null,
    };

    private static JsonNode Concept(CodedFact fact)
    {
        var concept = new JsonObject();
        if (fact.Code is not null)
            concept["coding"] = new JsonArray(Coding(fact));
        SetOrRemove(concept, "text", fact.Meaning);
        return concept;
    }

    private static JsonObject Coding(CodedFact fact)
    {
        var coding = new JsonObject();
        SetOrRemove(coding, "system", fact.System);
        SetOrRemove(coding, "code", fact.Code);
        SetOrRemove(coding, "display", fact.Meaning);
        return coding;
    }

    /// <summary>A reference to a resource, or a text in its place.</summary>
    public static JsonObject Reference(ResourceKey? key, string? display)
    {
        var reference = new JsonObject();
        SetOrRemove(reference, "reference", key?.ToString());
        SetOrRemove(reference, "display", display);
        return reference;
    }

    private static JsonArray? ArrayOf(IEnumerable<JsonNode> items) => items.ToArray() is { Length: > 0 } all ? new JsonArray(all) : null;

    private static T Ensure<T>(JsonObject holder, string name, Func<T> make)
        where T : JsonNode
    {
        if (holder[name] is T node)
            return node;
        var made = make();
        holder[name] = made;
        return made;
    }

    private static void SetOrRemove(JsonObject holder, string name, JsonNode? value)
    {
        if (value is null)
            holder.Remove(name);
        else
            holder[name] = value;
    }

    // What the images don't say may be known to somebody else.
    private static void Fill(JsonObject holder, string name, JsonNode? value)
    {
        if (value is not null)
            holder[name] = value;
    }
}
