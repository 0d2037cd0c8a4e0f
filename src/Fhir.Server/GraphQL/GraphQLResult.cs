// What an execution gives: data with its fields in order, and errors, written as GraphQL's JSON (GraphQL October 2021, 7).

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Model;

namespace FhirHub.Server.GraphQL;

/// <summary>A plain value as JSON has it: the digits and escapes of the resource itself.</summary>
internal sealed record GraphQLLeaf(ReadOnlyMemory<byte> Json)
{
    /// <summary>A string.</summary>
    public static GraphQLLeaf Of(string text) =>
        new(JsonSerializer.SerializeToUtf8Bytes(text, GraphQLResult.TextOptions));

    /// <summary>A number.</summary>
    public static GraphQLLeaf Of(long number) => new(JsonSerializer.SerializeToUtf8Bytes(number));

    /// <summary>A truth value.</summary>
    public static GraphQLLeaf Of(bool value) => new(value ? "true"u8.ToArray() : "false"u8.ToArray());
}

/// <summary>An object of the answer; its fields are in the order in which they were first written.</summary>
internal sealed class GraphQLObject
{
    private readonly List<Entry> _entries = [];

    /// <summary>A field of the answer.</summary>
    internal sealed class Entry(string key, bool isList)
    {
        private object? _first;
        private List<object?>? _others;

        /// <summary>The name.</summary>
        public string Key => key;

        /// <summary>True if it is written as a list.</summary>
        public bool IsList => isList;

        /// <summary>The number of values.</summary>
        public int Count { get; private set; }

        /// <summary>Adds a value: <see cref="GraphQLObject"/>, <see cref="GraphQLLeaf"/> or null.</summary>
        public void Add(object? value)
        {
            // Most fields have one value, and a list for each would be most of what an answer takes.
            if (Count++ == 0)
                _first = value;
            else
                (_others ??= []).Add(value);
        }

        /// <summary>Writes what is there.</summary>
        public void WriteTo(Utf8JsonWriter json)
        {
            if (IsList)
                json.WriteStartArray();
            if (Count > 0 || !IsList)
                WriteValue(json, _first);
            foreach (var value in _others ?? [])
                WriteValue(json, value);
            if (IsList)
                json.WriteEndArray();
        }
    }

    /// <summary>The field of that name; made as a list or as one value if it is new.</summary>
    public Entry this[string key, bool isList]
    {
        get
        {
            // Objects have few fields, so looking through them costs less than a table for each.
            foreach (var entry in _entries)
            {
                if (entry.Key == key)
                    return entry;
            }

            var added = new Entry(key, isList);
            _entries.Add(added);
            return added;
        }
    }

    /// <summary>Makes a field null, whatever it held: it failed.</summary>
    public void Fail(string key)
    {
        var entry = new Entry(key, false);
        var at = _entries.FindIndex(e => e.Key == key);
        if (at < 0)
            _entries.Add(entry);
        else
            _entries[at] = entry;
    }

    /// <summary>Writes the object.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var entry in _entries)
        {
            json.WritePropertyName(entry.Key);
            entry.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case GraphQLObject inner:
                inner.WriteTo(json);
                break;
            case GraphQLLeaf leaf:
                json.WriteRawValue(leaf.Json.Span, skipInputValidation: true);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}

/// <summary>An entry of <c>errors</c>.</summary>
/// <param name="Issue">What is wrong.</param>
/// <param name="Position">Where in the query; below 0 for nowhere.</param>
/// <param name="Path">Keys and indices that lead to the field of the answer that failed; empty if none did.</param>
internal sealed record GraphQLError(Issue Issue, int Position, IReadOnlyList<object> Path);

/// <summary>An answer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Data">The data; null if the query did not run.</param>
/// <param name="Errors">What went wrong.</param>
internal sealed record GraphQLResult(int Status, GraphQLObject? Data, IReadOnlyList<GraphQLError> Errors)
{
    /// <summary>True if nothing but the schema was asked, so that every client gets the same.</summary>
    public bool IsOfSchema { get; init; }

    /// <summary>Characters are left as they are: the answer is JSON and never part of a page.</summary>
    public static JsonSerializerOptions TextOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An answer to a query that can't run.</summary>
    public static GraphQLResult Refused(int status, IEnumerable<GraphQLError> errors) => new(status, null, [.. errors]);

    /// <summary>The answer as JSON.</summary>
    /// <param name="query">The query's text, for the places of errors.</param>
    /// <param name="requestId">The request's id, under which the log knows it; null for none.</param>
    public ReadOnlyMemory<byte> ToJson(string query, string? requestId)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }))
        {
            json.WriteStartObject();
            if (Errors.Count > 0)
            {
                json.WriteStartArray("errors"u8);
                foreach (var error in Errors)
                    WriteError(json, error, query, requestId);
                json.WriteEndArray();
            }

            // Data is there if and only if the query ran (7.1.1).
            if (Data is not null)
            {
                json.WritePropertyName("data"u8);
                Data.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static void WriteError(Utf8JsonWriter json, GraphQLError error, string query, string? requestId)
    {
        json.WriteStartObject();
        json.WriteString("message"u8, error.Issue.Diagnostics);
        if (error.Position >= 0 && error.Position <= query.Length)
        {
            var before = query.AsSpan(0, error.Position);
            json.WriteStartArray("locations"u8);
            json.WriteStartObject();
            json.WriteNumber("line"u8, before.Count('\n') + 1);
            json.WriteNumber("column"u8, before.Length - before.LastIndexOf('\n'));
            json.WriteEndObject();
            json.WriteEndArray();
        }

        if (error.Path.Count > 0)
        {
            json.WriteStartArray("path"u8);
            foreach (var step in error.Path)
            {
                if (step is int index)
                    json.WriteNumberValue(index);
                else
                    json.WriteStringValue((string)step);
            }

            json.WriteEndArray();
        }

        json.WriteStartObject("extensions"u8);
        json.WritePropertyName("resource"u8);
        json.WriteRawValue(OutcomeWriter.ToJson([error.Issue], requestId).Span, skipInputValidation: true);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
