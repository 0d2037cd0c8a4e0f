// XPath 1.0 over the XML form of a body.

using System.Globalization;
using System.Xml;
using System.Xml.XPath;
using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>Evaluates XPath. Names with the prefix <c>f:</c> or <c>fhir:</c>, and those without one, are elements of FHIR.</summary>
internal static class XPathQuery
{
    private const int MaxDepth = 256;

    /// <summary>The values (<see cref="PathQuery.Evaluate"/>).</summary>
    /// <exception cref="StepException">The path or the body can't be read, or it costs too much.</exception>
    public static IReadOnlyList<string> Evaluate(string path, Payload body)
    {
        try
        {
            var expression = XPathExpression.Compile(path, Prefixes.Instance);
            var navigator = new BoundedNavigator(Read(body).CreateNavigator(), new NavigationBudget());
            return navigator.Evaluate(expression) switch
            {
                XPathNodeIterator nodes => PathQuery.Collect(path, nodes.Cast<BoundedNavigator>().Select(static node => node.SimpleValue)),
                bool truth => [truth ? "true" : "false"],
                double number => [Write(number)],
                var text => [Convert.ToString(text, CultureInfo.InvariantCulture) ?? ""],
            };
        }
        catch (XPathException e)
        {
            throw new StepException($"{Excerpt.Of(path)} is no XPath that can be evaluated: {e.Message}");
        }
        catch (XmlException e)
        {
            throw new StepException($"XPath needs XML, and the body can't be read as such: {e.Message}");
        }
    }

    private static XPathDocument Read(Payload body)
    {
        ReadOnlyMemory<byte> xml;
        if (body.IsXml)
            xml = body.Bytes;
        else if (body.Resource is { } resource)
            xml = ResourceWriter.ToXml(resource.Root);
        else
            throw new StepException($"XPath needs a FHIR resource or XML, and the body is {Bodies.Describe(body)}. For other JSON write a JSONPath, which begins with a dollar sign.");
        CheckDepth(xml);
        using var reader = OpenReader(xml);
        return new XPathDocument(reader);
    }

    private static void CheckDepth(ReadOnlyMemory<byte> xml)
    {
        using var reader = OpenReader(xml);
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth)
                throw new StepException($"The body's elements are nested more than {MaxDepth} deep, which paths are not evaluated on.");
        }
    }

    private static XmlReader OpenReader(ReadOnlyMemory<byte> xml) => XmlReader.Create(
        new MemoryStream(xml.ToArray(), writable: false), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });

    // As XPath's string() writes numbers: without an exponent.
    private static string Write(double number) => double.IsInfinity(number)
        ? number > 0 ? "Infinity" : "-Infinity"
        : double.IsNaN(number) || Math.Abs(number) is >= 1e28 or (< 1e-15 and not 0)
            ? number.ToString("R", CultureInfo.InvariantCulture)
            : ((decimal)number).ToString(CultureInfo.InvariantCulture);

    // The navigator tells names of FHIR as names without a namespace, so these prefixes mean the same as none.
    private sealed class Prefixes : IXmlNamespaceResolver
    {
        public static Prefixes Instance { get; } = new();

        public IDictionary<string, string> GetNamespacesInScope(XmlNamespaceScope scope) => new Dictionary<string, string>();

        public string? LookupNamespace(string prefix) => prefix switch
        {
            "" or "f" or "fhir" => "",
            "h" or "html" or "xhtml" => "http://www.w3.org/1999/xhtml",
            _ => null,
        };

        public string? LookupPrefix(string namespaceName) => null;
    }
}
