// XPath and JSONPath over a body.

using System.Xml;
using System.Xml.Linq;
using System.Xml.XPath;
using FhirHub.Model;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace FhirHub.Conformance;

/// <summary>Evaluates paths of variables and asserts: JSONPath where one begins with <c>$</c>, else XPath.</summary>
internal static class PathQuery
{
    private const string FhirNamespace = "http://hl7.org/fhir";

    /// <summary>The values of a path, as text.</summary>
    /// <exception cref="StepException">The path can't be evaluated.</exception>
    public static IReadOnlyList<string> Evaluate(string path, Payload body)
    {
        try
        {
            return path.StartsWith('$') ? OverJson(path, body) : OverXml(path, body);
        }
        catch (Exception e) when (e is JsonException or XPathException or XmlException)
        {
            throw new StepException($"The path {path} can't be evaluated: {e.Message}");
        }
    }

    private static List<string> OverJson(string path, Payload body)
    {
        var text = body.IsXml && body.Resource is { } tree ? System.Text.Encoding.UTF8.GetString(ResourceWriter.ToJson(tree.Root)) : body.Text;
        using var reader = new JsonTextReader(new StringReader(text)) { DateParseHandling = DateParseHandling.None, MaxDepth = 100 };
        return [.. JToken.ReadFrom(reader).SelectTokens(path).Select(static token => token is JValue value ? value.ToString(System.Globalization.CultureInfo.InvariantCulture) : token.ToString(Newtonsoft.Json.Formatting.None))];
    }

    private static List<string> OverXml(string path, Payload body)
    {
        if (body.Resource is not { } tree)
            return [];
        var document = XDocument.Parse(System.Text.Encoding.UTF8.GetString(ResourceWriter.ToXml(tree.Root)));
        var names = new XmlNamespaceManager(new NameTable());
        names.AddNamespace("f", FhirNamespace);
        names.AddNamespace("fhir", FhirNamespace);
        return document.XPathEvaluate(path, names) switch
        {
            IEnumerable<object> nodes => [.. nodes.Select(static node => node switch
            {
                XElement element => (string?)element.Attribute("value") ?? element.Value,
                XAttribute attribute => attribute.Value,
                _ => node.ToString() ?? "",
            })],
            var value => [Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? ""],
        };
    }
}
