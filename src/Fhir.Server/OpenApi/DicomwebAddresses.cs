// The addresses of the image service, described by their form: what PS3.18 says of each family holds at every level.

using FhirHub.Dicomweb;

namespace FhirHub.Server.OpenApi;

/// <summary>Describes what is mapped below <c>/dicomweb</c>.</summary>
internal static class DicomwebAddresses
{
    private const string Store = "Store (STOW-RS)";
    private const string Search = "Search (QIDO-RS)";
    private const string Retrieve = "Retrieve (WADO-RS)";
    private const string Rendered = "Rendered";
    private const string Other = "Further";

    private static readonly string[] s_instances =
        ["multipart/related; type=\"application/dicom\"", "multipart/related; type=\"application/dicom+json\"", "multipart/related; type=\"application/dicom+xml\"", "application/dicom"];

    private static readonly AddressField[] s_rendering =
    [
        new("viewport", "Width and height, and the part that is shown: 512,512 or 512,512,x,y,width,height."),
        new("window", "Center, width and function: 40,400,linear."),
        new("quality", "Of JPEG, 1 to 100."),
        new("annotation", "patient, technique or both."),
        new("iccprofile", "no, yes or srgb."),
    ];

    private static readonly AddressField[] s_searching =
    [
        new("includefield", "Attributes that answers have beside the usual ones: keywords or tags, separated by commas, or all."),
        new("limit", "How many matches are answered."),
        new("offset", "How many are passed over."),
        new("fuzzymatching", "true: names that sound alike match too."),
        new("emptyvaluematching", "true: \"\" finds what has no value."),
        new("multiplevaluematching", "true: a value may be several, separated by commas."),
    ];

    private static readonly AddressField[] s_uri =
    [
        new("requestType", "WADO.", IsRequired: true),
        new("studyUID", "The study.", IsRequired: true),
        new("seriesUID", "The series.", IsRequired: true),
        new("objectUID", "The instance.", IsRequired: true),
        new("contentType", "What is accepted."),
        new("transferSyntax", "Of application/dicom."),
        new("frameNumber", "The frame, from 1."),
        new("windowCenter", "With windowWidth."),
        new("windowWidth", "With windowCenter."),
        new("rows", "The greatest height."),
        new("columns", "The greatest width."),
        new("region", "The part that is shown, by shares of its width and height."),
        new("imageQuality", "Of JPEG, 1 to 100."),
        new("annotation", "patient, technique or both."),
    ];

    /// <summary>The description of a mapped address; null if there is none.</summary>
    public static Address? Of(string method, string route)
    {
        var address = (method, route) switch
        {
            ("POST", _) => new Address(Store, route.Contains('{', StringComparison.Ordinal) ? "Store instances of a study" : "Store instances") { Bodies = s_instances },
            ("PUT", _) => new Address(Store, "Store instances, in place of those that are there") { Bodies = s_instances },
            ("DELETE", _) => new Address(Other, $"Delete {LevelOf(route)}") { Status = 204 },
            ("OPTIONS", _) => new Address(Other, "What the service can do"),
            (_, DicomwebService.Root + "/capabilities") => new Address(Other, "What the service can do"),
            (_, DicomwebService.Root + "/changefeed") => new Address(Other, "Every change of the archive, in order")
            {
                Query = [new("offset", "The number of the last change that is known."), new("limit", "How many changes."), new("includemetadata", "false to leave the metadata out."), new("wait", "Seconds to wait for a change, 60 at most.")],
            },
            (_, DicomwebService.Root + "/changefeed/latest") => new Address(Other, "The last change of the archive") { Query = [new("includemetadata", "false to leave the metadata out.")] },
            _ when route.EndsWith("/wado", StringComparison.Ordinal) => new Address(Other, "An instance by the parameters of WADO-URI") { Query = s_uri },
            _ when route.EndsWith("/count", StringComparison.Ordinal) => Searched(route[..^"/count".Length], "How many there are of") with { Answered = [new("count", "How many.")] },
            _ when route.EndsWith("/studies", StringComparison.Ordinal) || route.EndsWith("/series", StringComparison.Ordinal) || route.EndsWith("/instances", StringComparison.Ordinal) => Searched(route, "Search for"),
            _ when route.EndsWith("/rendered", StringComparison.Ordinal) => new Address(Rendered, $"Show {LevelOf(route)}") { Query = s_rendering },
            _ when route.EndsWith("/thumbnail", StringComparison.Ordinal) => new Address(Rendered, $"A small image of {LevelOf(route)}") { Query = [new("viewport", "Width and height: 128,128.")] },
            _ when route.EndsWith("/metadata", StringComparison.Ordinal) => new Address(Retrieve, $"The attributes of {LevelOf(route)}, bulk data by reference"),
            _ when route.EndsWith("/frames/{frames}", StringComparison.Ordinal) => new Address(Retrieve, "Frames of an instance, by numbers from 1, separated by commas"),
            _ when route.EndsWith("/pixeldata", StringComparison.Ordinal) => new Address(Retrieve, $"The pixels of {LevelOf(route)}"),
            _ when route.Contains("/bulkdata", StringComparison.Ordinal) => new Address(Retrieve, route.EndsWith("/bulkdata", StringComparison.Ordinal) ? $"All bulk data of {LevelOf(route)}" : "A value of bulk data, by the path that metadata names"),
            _ when route.EndsWith('}') => new Address(Retrieve, $"The files of {LevelOf(route)}"),
            _ => null,
        };
        return address is null ? null : address with
        {
            Answers = address.Tag == Store ? ["application/dicom+json", "application/dicom+xml"] : method == "DELETE" ? [] : DicomwebService.MediaTypesOf(route),
            Failure = AddressFailure.Problem,
            NeedsToken = true,
            Failures = address.Tag == Store
                ? [(400, "The request can't be read."), (406, "No accepted media type is answered."), (409, "No instance was stored; the answer says why for each."), (413, "An instance is larger than is stored."), (415, "The body is of a media type that is not taken.")]
                : [(400, "The request can't be understood."), (404, "There is no such study, series or instance, or none that the token shows."), (406, "No accepted media type is answered."), (503, "The archive can't answer now.")],
        };
    }

    private static Address Searched(string route, string verb)
    {
        var level = route.EndsWith("/instances", StringComparison.Ordinal) ? IndexLevel.Instance : route.EndsWith("/series", StringComparison.Ordinal) ? IndexLevel.Series : IndexLevel.Study;
        var named = route.Contains("{series}", StringComparison.Ordinal) ? IndexLevel.Instance : route.Contains("{study}", StringComparison.Ordinal) ? IndexLevel.Series : IndexLevel.Study;
        var what = level switch
        {
            IndexLevel.Study => "studies",
            IndexLevel.Series => "series",
            _ => "instances",
        };
        var attributes = Enum.GetValues<IndexLevel>().Where(one => one >= named && one <= level).SelectMany(AttributeCatalog.KeywordsOf).Distinct();
        return new Address(Search, $"{verb} {what}{(named == IndexLevel.Series ? " of a study" : named == IndexLevel.Instance ? " of a series" : "")}")
        {
            Query = [.. attributes.Select(static keyword => new AddressField(keyword, "Its value, with * and ? where the attribute is text, or a range with -.")), .. s_searching],
            TakesOthers = true,
        };
    }

    private static string LevelOf(string route) =>
        route.Contains("{frames}", StringComparison.Ordinal) ? "frames"
        : route.Contains("{instance}", StringComparison.Ordinal) ? "an instance"
        : route.Contains("{series}", StringComparison.Ordinal) ? "a series" : "a study";
}
