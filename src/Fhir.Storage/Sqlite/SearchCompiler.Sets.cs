// Predicates that stand for many values: the codes of a value set, and what lies above or below a resource in a hierarchy.

using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Sqlite;

namespace FhirHub.Storage.Sqlite;

/// <content>Sets of codes (R4 search.html#modifiers, <c>:in</c>, <c>:above</c>, <c>:below</c>) and hierarchies (R4 search.html#recursive).</content>
internal sealed partial class SearchCompiler
{
    // Up to so many codes are sought one by one for a key; of more, the keys of them all are gathered once.
    private const int CodesSought = 200;

    private static readonly ConditionalWeakTable<CodeSet, string> s_codeTexts = [];

    private static RowSet Rows(TokenSetPredicate set, Sql parameter)
    {
        var whole = set.Codes.Systems.Any(system => set.Codes.CodesOf(system) is null)
            ? new RowSet("token", row => Sql.Of($"{row}.parameter{parameter} AND {row}.system IN ({WholeSystems(set.Codes)}) AND {row}.code<>''"))
            : null;
        return set.Codes.Count == 0
            ? whole ?? new RowSet("token", static _ => Sql.False)
            : new RowSet("token", row => Sql.Of($"{row}.parameter{parameter} AND ({row}.code, {row}.system) IN ({Codes(set.Codes)})"))
            {
                SeeksKey = set.Codes.Count <= CodesSought,
                Or = whole,
            };
    }

    // However many codes there are, they are one argument, and the statement is the same. A system's part is read once, not for each
    // of its codes.
    private static Sql Codes(CodeSet codes) => Sql.Of(
        $"""
        WITH listed(codes, system) AS MATERIALIZED (
            SELECT json_extract(s.value, '$.codes'), {SystemKey} named FROM json_each({Text(codes)}) s CROSS JOIN json_each(s.value, '$.systems') n WHERE named IS NOT NULL)
        SELECT CASE c.type WHEN 'array' THEN unhex(json_extract(c.value, '$[0]')) ELSE c.value END, l.system
        FROM listed l CROSS JOIN json_each(l.codes) c
        """);

    private static Sql WholeSystems(CodeSet codes) =>
        Sql.Of($"SELECT {SystemKey} FROM json_each({Text(codes)}) s CROSS JOIN json_each(s.value, '$.systems') n WHERE json_extract(s.value, '$.codes') IS NULL");

    private static Sql SystemKey { get; } = Sql.Raw(
        "CASE n.value WHEN '' THEN 0 ELSE (SELECT u.key FROM uri u WHERE u.text=n.value) END");

    private static string Text(CodeSet codes) => s_codeTexts.GetValue(codes, static codes => WriteCodes(codes));

    // Codes in the forms in which rows have them: numbers, texts, and the hexadecimal digits of a UUID in brackets.
    private static string WriteCodes(CodeSet codes)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (var system in codes.Systems)
            {
                json.WriteStartObject();
                json.WriteStartArray("systems");
                json.WriteStringValue(system);
                foreach (var (name, meant) in codes.OtherNames)
                {
                    if (meant == system)
                        json.WriteStringValue(name);
                }

                json.WriteEndArray();
                if (codes.CodesOf(system) is { } listed)
                {
                    json.WriteStartArray("codes");
                    foreach (var code in listed)
                        WriteCode(json, code);
                    json.WriteEndArray();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void WriteCode(Utf8JsonWriter json, string code)
    {
        Span<byte> uuid = stackalloc byte[16];
        if (CompactText.TryInteger(code, out var number))
        {
            json.WriteNumberValue(number);
        }
        else if (CompactText.TryUuid(code, uuid))
        {
            json.WriteStartArray();
            json.WriteStringValue(Convert.ToHexString(uuid));
            json.WriteEndArray();
        }
        else
        {
            json.WriteStringValue(code);
        }
    }

    private RowSet Rows(HierarchyPredicate hierarchy, SearchExpression granted, Sql parameter)
    {
        var (found, link) = (NextAlias(), NextAlias());
        var target = Sql.Of($"SELECT key FROM resource WHERE type={dictionaries.FindType(hierarchy.Type)} AND id={new LogicalId(hierarchy.Id)}");

        // UNION keeps each key once, so that a circle ends. Contained resources are no places in a hierarchy.
        var parent = Number(hierarchy.Parent);
        var step = hierarchy.Side == SubsumptionSide.Below
            ? Sql.Of(
                $"""
                SELECT {link}.key FROM {found} CROSS JOIN reference {link}
                WHERE {link}.parameter={parent} AND {link}.target={found}.key AND {InTypes([hierarchy.Type], Sql.Of($"{link}.key"))} AND {Test(granted, Sql.Of($"{link}.key"))}
                """)
            : Sql.Of(
                $"""
                SELECT {link}.target FROM {found} CROSS JOIN reference {link} INDEXED BY reference_key
                WHERE {link}.key={found}.key AND {InTypes([hierarchy.Type], Sql.Of($"+{link}.target"))} AND {link}.parameter={parent} AND {Test(granted, Sql.Of($"{found}.key"))}
                """);
        return new RowSet(
            "reference",
            row => Sql.Of($"{row}.parameter{parameter} AND {row}.target IN (WITH RECURSIVE {found}(key) AS ({target} UNION {step}) SELECT key FROM {found})"))
        {
            KeyIndex = "reference_key",
        };
    }
}
