// A row of small bars; the words around it carry the figure, the title carries each value.
export function Sparkline({ values = [], label = "", width = 96, height = 24 }) {
  const numbers = (values ?? []).map(Number);
  const top = Math.max(1, ...numbers);
  const step = width / Math.max(1, numbers.length);
  const total = numbers.reduce((sum, each) => sum + each, 0);
  return (
    <svg className="al-spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img"
      aria-label={label || `${total} in total, ${Math.max(0, ...numbers)} at most`}>
      {numbers.map((each, index) => {
        const tall = each === 0 ? 1.5 : Math.max(3, (each / top) * (height - 1));
        return (
          <rect key={index} x={index * step + step * 0.12} y={height - tall} width={step * 0.76} height={tall} rx="1"
            data-zero={each === 0 ? "" : undefined}>
            <title>{each}</title>
          </rect>
        );
      })}
    </svg>
  );
}
