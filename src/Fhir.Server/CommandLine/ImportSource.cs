// What import reads: documents out of files, folders and archives, one after the other, never more than one held here.

namespace FhirHub.Server;

/// <summary>A file, or a file within an archive, that documents come from.</summary>
/// <param name="Name">Path for messages: <c>data.tar.gz!patients/1.json</c>.</param>
/// <param name="Key">Identity that changes with the content: path, size and time of the file, and the path within the archive.</param>
internal sealed record ImportSource(string Name, string Key);

/// <summary>A resource, or a line of NDJSON.</summary>
/// <param name="Source">Where it is from.</param>
/// <param name="Line">Line of NDJSON from 1, or 0 for a whole file.</param>
/// <param name="Content">The bytes; empty if <see cref="Problem"/> says why there are none.</param>
internal sealed record ImportDocument(ImportSource Source, int Line, ReadOnlyMemory<byte> Content)
{
    /// <summary>Why the document can't be read, or null.</summary>
    public string? Problem { get; init; }

    /// <summary>True for FHIR XML.</summary>
    public bool IsXml { get; init; }

    /// <summary>Name and line for messages.</summary>
    public string Place => Line > 0 ? $"{Source.Name}:{Line}" : Source.Name;
}
