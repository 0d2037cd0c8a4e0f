// Writes a match as DICOM JSON: stored pieces are copied in the order of their tags, with what the archive knows itself between them.

using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>The row of a study, series or instance above or at a match.</summary>
internal ref struct MatchLevel
{
    /// <summary>Its UID.</summary>
    public string Uid { get; set; }

    /// <summary>Its stored attributes.</summary>
    public ReadOnlySpan<byte> Members { get; set; }
}

/// <summary>Writes matches one behind the other, with commas between them.</summary>
internal sealed class MatchWriter
{
    private const int Levels = 3;

    private readonly SearchRequest _request;
    private readonly AnswerBuffer _output;
    private readonly HashSet<DicomTag> _included = [];
    private readonly AttributeStep[] _private;
    private readonly bool[] _returns = new bool[Levels];
    private readonly byte[] _address;
    private readonly Computed[] _computed;
    private readonly HashSet<DicomTag> _blocks = [];

    /// <summary>Writes matches of a search.</summary>
    /// <param name="request">The search.</param>
    /// <param name="address">The root of the service (<see cref="RequestBase"/>).</param>
    /// <param name="output">Where they go.</param>
    public MatchWriter(SearchRequest request, string address, AnswerBuffer output)
    {
        _request = request;
        _output = output;
        _address = Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(address));
        foreach (var step in request.Included.Where(step => step.Creator is null))
        {
            _included.Add(step.Tag);
            if (step.Tag.IsPrivate && step.Tag.Element > 0xFF)
                _included.Add(step.Tag.PrivateCreator);
        }

        _private = [.. request.Included.Where(step => step.Creator is not null)];
        for (var level = 0; level < Levels; level++)
            _returns[level] = request.Returns((IndexLevel)level);
        _computed = [.. All.Where(computed => IsWanted(computed))];
    }

    /// <summary>Modalities of the study, where they are returned.</summary>
    public string Modalities { get; set; } = "";

    /// <summary>SOP classes of the study.</summary>
    public string Classes { get; set; } = "";

    /// <summary>The number of series of the study.</summary>
    public long StudySeries { get; set; }

    /// <summary>The number of instances of the study.</summary>
    public long StudyInstances { get; set; }

    /// <summary>The number of instances of the series.</summary>
    public long SeriesInstances { get; set; }

    /// <summary>The transfer syntax of the instance.</summary>
    public string TransferSyntax { get; set; } = "";

    /// <summary>Writes a match.</summary>
    /// <param name="study">Its study.</param>
    /// <param name="series">Its series; without UID for a study.</param>
    /// <param name="instance">Itself; without UID for a study or series.</param>
    /// <param name="others">Attributes of the instance that are not among the stored ones, in the order of their tags.</param>
    public void Write(in MatchLevel study, in MatchLevel series, in MatchLevel instance, IReadOnlyList<(DicomTag Tag, byte[] Text)> others)
    {
        if (_output.Length > 1)
            _output.Append((byte)',');
        _output.Append("{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]}"u8);
        _blocks.Clear();
        Resolve(study.Members);
        Resolve(series.Members);
        Resolve(instance.Members);
        var studyReader = new LevelMembersReader(study.Members);
        var seriesReader = new LevelMembersReader(series.Members);
        var instanceReader = new LevelMembersReader(instance.Members);
        var studyTag = Next(ref studyReader, 0);
        var seriesTag = Next(ref seriesReader, 1);
        var instanceTag = Next(ref instanceReader, 2);
        int computed = 0, other = 0;
        while (true)
        {
            // A tag that several levels have, such as the offset from UTC, is that of the lowest.
            var computedTag = computed < _computed.Length ? _computed[computed].Tag.Value : End;
            var otherTag = other < others.Count ? others[other].Tag.Value : End;
            var tag = Math.Min(Math.Min(Math.Min(studyTag, seriesTag), Math.Min(instanceTag, computedTag)), otherTag);
            if (tag == End)
                break;
            _output.Append((byte)',');
            if (computedTag == tag)
                WriteComputed(_computed[computed], study.Uid, series.Uid, instance.Uid);
            else if (otherTag == tag)
                _output.Append(others[other].Text);
            else
                _output.Append(instanceTag == tag ? instanceReader.Text : seriesTag == tag ? seriesReader.Text : studyReader.Text);
            if (studyTag == tag)
                studyTag = Next(ref studyReader, 0);
            if (seriesTag == tag)
                seriesTag = Next(ref seriesReader, 1);
            if (instanceTag == tag)
                instanceTag = Next(ref instanceReader, 2);
            computed += computedTag == tag ? 1 : 0;
            other += otherTag == tag ? 1 : 0;
        }

        _output.Append((byte)'}');
    }

    private const uint End = uint.MaxValue;

    // Goes on to the next attribute of a level that is returned.
    private uint Next(ref LevelMembersReader reader, int level)
    {
        while (reader.Next())
        {
            if ((_returns[level] && (reader.IsReturned || _request.IncludesAll)) || (_included.Count > 0 && _included.Contains(reader.Tag)) || (_blocks.Count > 0 && _blocks.Contains(reader.Tag)))
                return reader.Tag.Value;
        }

        return End;
    }

    // The tags that private attributes have in this row, and those of their creators.
    private void Resolve(ReadOnlySpan<byte> members)
    {
        foreach (var step in _private)
        {
            if (MemberValues.BlockOf(members, step.Tag.Group, step.Creator!) is not { } block)
                continue;
            _blocks.Add(new(step.Tag.Group, block));
            _blocks.Add(new(step.Tag.Group, (ushort)((block << 8) | (byte)step.Tag.Element)));
        }
    }

    private bool IsWanted(Computed computed)
    {
        if (_request.Included.Contains(new(computed.Tag, null)) && (computed.Level is not { } own || own <= _request.Level))
            return true;
        return computed.Level is not { } level ? computed.IsReturned : level <= _request.Level && _returns[(int)level] && (computed.IsReturned || _request.IncludesAll);
    }

    private void WriteComputed(Computed computed, string study, string series, string instance)
    {
        _output.Append(computed.Head);
        var tag = computed.Tag;
        if (tag == ComputedTags.RetrieveURL)
            WriteUrl(study, series, instance);
        else if (tag == ComputedTags.InstanceAvailability)
            _output.Append("\"ONLINE\""u8);
        else if (tag == ComputedTags.ModalitiesInStudy)
            WriteTexts(Modalities);
        else if (tag == ComputedTags.SOPClassesInStudy)
            WriteTexts(Classes);
        else if (tag == ComputedTags.AvailableTransferSyntaxUID)
            WriteTexts(TransferSyntax);
        else
            WriteNumber(tag == ComputedTags.NumberOfStudyRelatedSeries ? StudySeries : tag == ComputedTags.NumberOfStudyRelatedInstances ? StudyInstances : SeriesInstances);
        _output.Append("]}"u8);
    }

    private void WriteUrl(string study, string series, string instance)
    {
        _output.Append((byte)'"');
        _output.Append(_address);
        _output.Append("/studies/"u8);
        WriteAscii(study);
        if (_request.Level >= IndexLevel.Series)
        {
            _output.Append("/series/"u8);
            WriteAscii(series);
        }

        if (_request.Level == IndexLevel.Instance)
        {
            _output.Append("/instances/"u8);
            WriteAscii(instance);
        }

        _output.Append((byte)'"');
    }

    // UIDs have digits and dots only: what has other characters is not stored.
    private void WriteAscii(string uid)
    {
        var span = _output.GetSpan(uid.Length * 3);
        _output.Advance(Encoding.UTF8.GetBytes(uid, span));
    }

    private void WriteTexts(string values)
    {
        var first = true;
        foreach (var range in values.AsSpan().Split('\\'))
        {
            var value = values[range];
            if (value.Length == 0)
                continue;
            if (!first)
                _output.Append((byte)',');
            first = false;
            _output.Append((byte)'"');
            _output.Append(JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
            _output.Append((byte)'"');
        }
    }

    private void WriteNumber(long number)
    {
        Utf8Formatter.TryFormat(number, _output.GetSpan(20), out var length);
        _output.Advance(length);
    }

    private static readonly Computed[] All =
    [
        Of(ComputedTags.InstanceAvailability, null),
        Of(ComputedTags.ModalitiesInStudy, IndexLevel.Study),
        Of(ComputedTags.SOPClassesInStudy, IndexLevel.Study, isReturned: false),
        Of(ComputedTags.RetrieveURL, null),
        Of(ComputedTags.AvailableTransferSyntaxUID, IndexLevel.Instance, isReturned: false),
        Of(ComputedTags.NumberOfStudyRelatedSeries, IndexLevel.Study),
        Of(ComputedTags.NumberOfStudyRelatedInstances, IndexLevel.Study),
        Of(ComputedTags.NumberOfSeriesRelatedInstances, IndexLevel.Series),
    ];

    private static Computed Of(DicomTag tag, IndexLevel? level, bool isReturned = true) =>
        new(tag, level, isReturned, Encoding.ASCII.GetBytes($"\"{tag.ToHex()}\":{{\"vr\":\"{DicomDictionary.Find(tag)!.VRs[0].Code()}\",\"Value\":["));

    /// <summary>An attribute that the archive knows itself.</summary>
    /// <param name="Tag">The tag.</param>
    /// <param name="Level">The level that it tells of; null for one that tells of the match.</param>
    /// <param name="IsReturned">Whether it is returned without being asked for.</param>
    /// <param name="Head">What comes before its values.</param>
    private sealed record Computed(DicomTag Tag, IndexLevel? Level, bool IsReturned, byte[] Head);
}
