# What Rack makes of Cookie headers, one "NAME HEX" a line.

require 'rack/utils'

STDIN.each_line do |line|
  name, hex = line.chomp.split(' ', 2)
  header = [hex.to_s].pack('H*')

  begin
    value = Rack::Utils.parse_cookies_header(header)[name]
  rescue StandardError
    value = nil
  end

  puts value.is_a?(String) ? "=#{value.b.unpack1('H*')}" : ''
end
